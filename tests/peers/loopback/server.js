// Serves LoopBack's todo list as it is, with its objects in memory and its geocoder on this machine; prints the port.
const {createServer} = require('node:http')
const {TodoListApplication} = require('@loopback/example-todo')

// what the public geocoder answers to an address that doesn't exist
const geocoder = createServer((request, response) => {
  response.setHeader('Content-Type', 'application/json').end('{"result":{"addressMatches":[]}}')
})

async function main () {
  await new Promise(resolve => geocoder.listen(0, '127.0.0.1', resolve))
  const app = new TodoListApplication({rest: {port: 0, host: '127.0.0.1'}})
  app.bind('datasources.config.db').to({name: 'db', connector: 'memory'})
  app.bind('datasources.config.geocoder').to({
    name: 'geocoder',
    connector: require('loopback-connector-rest'),
    operations: [{
      template: {
        method: 'GET',
        url: `http://127.0.0.1:${geocoder.address().port}/`,
        query: {address: '{address}'},
        responsePath: '$.result.addressMatches[*].coordinates'
      },
      functions: {geocode: ['address']}
    }]
  })
  await app.boot()
  await app.start()
  console.log(new URL(app.restServer.url).port)
}
main()
