// ltijs on PostgreSQL as its documentation uses it, to measure beside. Settings come as JSON in BESIDE:
// {port, database: {url parts}, issuers: [...], client_id}.
'use strict'

const http = require('http')
const lti = require('ltijs').Provider
const Database = require('ltijs-sequelize')

const { port, database, issuers, client_id: clientId } = JSON.parse(process.env.BESIDE)

async function main () {
  const plugin = new Database(database.name, database.user, '', {
    host: database.host,
    port: database.port,
    dialect: 'postgres',
    logging: false
  })
  // On plain http a browser keeps no Secure cookies.
  lti.setup('only for a measurement', { plugin }, { appRoute: '/', loginRoute: '/login', cookies: { secure: false, sameSite: '' } })
  lti.onConnect((token, _request, response) => response.send(`hello ${token.user}`))
  // Its own listen() would answer on every interface.
  await lti.deploy({ serverless: true, silent: true })
  for (const issuer of issuers) {
    await lti.registerPlatform({
      url: issuer,
      name: issuer,
      clientId,
      authenticationEndpoint: `${issuer}/auth`,
      accesstokenEndpoint: `${issuer}/token`,
      authConfig: { method: 'JWK_SET', key: `${issuer}/jwks` }
    })
  }
  http.createServer(lti.app).listen(port, '127.0.0.1')
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})
