// Reads messages, one JSON object {"schema", "payload"} a line, and prints one verdict {"errors", "id", "type"} a line.
// Envelopes are also decoded by the CloudEvents SDK over its MQTT binding, as a platform in Node would do it.
// usage: node check_messages.mjs FOLDER_OF_SCHEMAS < messages
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Ajv2020 from "ajv/dist/2020.js";
import { MQTT } from "cloudevents";

const ajv = new Ajv2020.default({ strict: true, strictTypes: false, allErrors: true });
const validators = new Map();

function validatorOf(schema) {
  if (!validators.has(schema)) {
    validators.set(schema, ajv.compile(JSON.parse(readFileSync(join(process.argv[2], schema), "utf8"))));
  }
  return validators.get(schema);
}

function decoded(payload) {
  const contentType = "application/cloudevents+json; charset=utf-8";
  const event = MQTT.toEvent({ payload, PUBLISH: { "Content Type": contentType }, body: payload, headers: {} });
  event.validate();
  return event;
}

function verdictOn({ schema, payload }) {
  const verdict = { errors: [] };
  const validate = validatorOf(schema);
  const document = JSON.parse(payload);
  if (!validate(document)) {
    verdict.errors.push(...validate.errors.map((error) => `${error.instancePath}: ${error.message}`));
  }
  if (document.specversion) {
    const event = decoded(payload);
    verdict.id = event.id;
    verdict.type = event.type;
    verdict.kind = event.data.kind;
  }
  return verdict;
}

for await (const line of createInterface({ input: process.stdin })) {
  let verdict;
  try {
    verdict = verdictOn(JSON.parse(line));
  } catch (error) {
    verdict = { errors: [String(error)] };
  }
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
}
