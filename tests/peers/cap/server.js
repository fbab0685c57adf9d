// Serves model.cds with CAP's own OData adapter over a store in memory; prints the port when it listens.
process.env.CDS_CONFIG = JSON.stringify({ requires: { auth: { impl: `${__dirname}/auth.js` } }, odata: { flavor: 'x4' }, log: { levels: { cds: 'error' } } })
const cds = require('@sap/cds')
const express = require('express')

const objects = new Map(process.env.IDS.split(',').map(id => [id, { id }]))

// what CAP leaves to a database: read by key or all, write what it has validated
function store (service) {
  const key = request => request.params.at(-1)?.id ?? request.params.at(-1) ?? request.data.id
  service.on('READ', request => {
    if (request.params.length === 0) return [...objects.values()]
    return objects.get(key(request)) ?? request.reject(404)
  })
  service.on('CREATE', request => {
    const id = request.data.id ?? cds.utils.uuid()
    if (objects.has(id)) return request.reject(409)
    objects.set(id, { ...request.data, id })
    return objects.get(id)
  })
  service.on('DELETE', request => objects.delete(key(request)) || request.reject(404))
  service.on('UPDATE', request => {
    const found = objects.get(key(request)) ?? request.reject(404)
    const merge = (old, body) => {
      for (const [name, value] of Object.entries(body)) {
        const nested = value && typeof value === 'object' && !Array.isArray(value)
        old[name] = nested ? merge({ ...old[name] }, value) : value
      }
      return old
    }
    return merge(found, { ...request.data, id: found.id })
  })
}

async function main () {
  cds.model = cds.linked(cds.compile.for.nodejs(await cds.load(`${__dirname}/model.cds`)))
  const app = express()
  await cds.serve('all').from(cds.model).in(app).with(store)
  const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
}
main()
