// ltijs' submitScore on PostgreSQL as its documentation uses it, to measure beside. Settings come as JSON in BESIDE:
// {port, database: {url parts}, client_id}. Orders come by POST: {platforms, work: [{platform, lineItem, user, comment}],
// atOnce, patience in seconds}; answered with {seconds, givenUp} when all calls have ended, or patience has.
'use strict'

const http = require('http')
const lti = require('ltijs').Provider
const Database = require('ltijs-sequelize')

const { port, database, client_id: clientId } = JSON.parse(process.env.BESIDE)

async function main () {
  const plugin = new Database(database.name, database.user, '', {
    host: database.host,
    port: database.port,
    dialect: 'postgres',
    logging: false
  })
  lti.setup('only for a measurement', { plugin }, { appRoute: '/', loginRoute: '/login', cookies: { secure: false, sameSite: '' } })
  await lti.deploy({ serverless: true, silent: true })
  http.createServer(take).listen(port, '127.0.0.1')
}

function take (request, response) {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', async () => {
    const played = await play(JSON.parse(Buffer.concat(chunks).toString()))
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(played))
  })
}

async function play ({ platforms, work, atOnce, patience }) {
  for (const url of platforms) {
    await lti.registerPlatform({
      url,
      name: url,
      clientId,
      authenticationEndpoint: `${url}/auth`,
      accesstokenEndpoint: `${url}/token`,
      authConfig: { method: 'JWK_SET', key: `${url}/jwks` }
    })
  }
  const begun = process.hrtime.bigint()
  const waiting = work.values()
  const all = Promise.all(Array.from({ length: atOnce }, async () => {
    for (const one of waiting) {
      const score = { userId: one.user, scoreGiven: 100, scoreMaximum: 100, activityProgress: 'Completed', gradingProgress: 'FullyGraded', comment: one.comment }
      // what it throws is what its caller has to deal with
      await lti.Grade.submitScore({ iss: one.platform, clientId }, one.lineItem, score).catch(() => {})
    }
    return true
  }))
  let timer
  const giveUp = new Promise(resolve => { timer = setTimeout(resolve, patience * 1000, false) })
  const ended = Boolean(await Promise.race([all, giveUp]))
  clearTimeout(timer)
  return { seconds: Number(process.hrtime.bigint() - begun) / 1e9, givenUp: !ended }
}

process.on('unhandledRejection', () => {})

main().catch(error => {
  console.error(error)
  process.exit(1)
})
