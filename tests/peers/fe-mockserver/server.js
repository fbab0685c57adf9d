// The middleware in a plain HTTP server: node server.js DATA PORT
const http = require("http");
const path = require("path");
const { default: MockServer } = require("@sap-ux/fe-mockserver-core");

async function main() {
  const mock = new MockServer({
    services: [
      { urlPath: "/odata/v4/suite", metadataPath: path.join(__dirname, "metadata.xml"), mockdataPath: process.argv[2] },
    ],
  });
  await mock.isReady;
  const router = mock.getRouter();
  const server = http.createServer((request, response) => {
    router(request, response, error => {
      response.statusCode = error ? 500 : 404;
      response.end();
    });
  });
  server.listen(Number(process.argv[3]), "127.0.0.1", () => console.log(server.address().port));
}

main();
