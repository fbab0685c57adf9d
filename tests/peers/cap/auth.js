// Two identities: one that may write and one that may not.
const cds = require('@sap/cds')

module.exports = (request, response, next) => {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const roles = { [process.env.TOKEN]: ['writer'], [process.env.FORBIDDEN_TOKEN]: [] }[token]
  if (!roles) return response.status(401).set('WWW-Authenticate', 'Bearer').type('text').send('Unauthorized')
  cds.context.user = new cds.User({ id: 'someone', roles })
  next()
}
