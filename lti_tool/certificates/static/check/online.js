// Where a page of ours gets what a check needs: from this website and nowhere else. A certificate's own address says which.
export function online(base, icons) {
  const own = (address, below) => (typeof address === "string" && address.startsWith(`${base}${below}`) ? address.slice(base.length) : null);
  return {
    icons,
    keys: async () => [await (await asked("/.well-known/did.json")).json()],
    token: (id) => text(own(id, "/c/"), /^\/c\/[A-Za-z0-9_-]{1,64}$/),
    statusList: (address) => text(own(address, "/status/"), /^\/status\/\d{1,9}$/),
    successor: async (id) => {
      const path = own(id, "/c/");
      const answer = path === null ? null : await asked(`${path}/status`, [404, 410]);
      return answer?.ok ? (await answer.json()).successor : null;
    },
  };
}

async function text(path, pattern) {
  if (path === null || !pattern.test(path)) return null;
  const answer = await asked(`${path}.jwt`, [403, 404, 410]);
  return answer.ok ? answer.text() : null;
}

async function asked(path, expected = []) {
  const answer = await fetch(path, { credentials: "omit", headers: { Accept: "*/*" } });
  if (!answer.ok && !expected.includes(answer.status)) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

// The time of the server that drew the page, going on: the clock of a device may be wrong.
export function clockFrom(seconds) {
  const drawn = performance.now();
  return () => seconds * 1000 + (performance.now() - drawn);
}
