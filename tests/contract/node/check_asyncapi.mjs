// Prints what the AsyncAPI parser says of a document: {"diagnostics": […], "channels": {address: {…}}}.
// usage: node check_asyncapi.mjs FILE
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const channels = {};
for (const operation of document?.operations().all() ?? []) {
  for (const channel of operation.channels().all()) {
    channels[channel.address()] = {
      action: operation.action(),
      ...operation.bindings().get("mqtt").json(),
      examples: operation.messages().all().flatMap((message) => message.examples().all()).length,
    };
  }
}
const found = diagnostics.map(({ severity, message, path }) => ({ severity, message, path: path.join(".") }));
process.stdout.write(`${JSON.stringify({ diagnostics: found, channels }, null, 2)}\n`);
