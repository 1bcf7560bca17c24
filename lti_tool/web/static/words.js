// Counts the words of a textarea while somebody writes, in the line below it: <p data-words-of="id" data-words data-word>.
const WORD = /[\p{L}\p{N}_]+(?:[-'’.][\p{L}\p{N}_]+)*/gu;

for (const line of document.querySelectorAll("[data-words-of]")) {
  const text = document.getElementById(line.dataset.wordsOf);
  if (!text) continue;
  const empty = line.textContent;
  const show = () => {
    const count = (text.value.normalize("NFC").match(WORD) ?? []).length;
    const sentence = count === 1 ? line.dataset.word : line.dataset.words.replace("{count}", String(count));
    line.textContent = count === 0 ? empty : sentence;
  };
  text.addEventListener("input", show);
  if (text.value) show();
}
