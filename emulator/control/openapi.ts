import type { ControlRoute, JsonSchema } from "./control-route";

const accountHeader = {
  name: "X-API-Key",
  in: "header",
  required: false,
  description: "The account addressed; the first one when absent. `?api_key=` does the same.",
  schema: { type: "string" },
};

const answers = {
  "2XX": { description: "Done.", content: { "application/json": { schema: { type: "object" } } } },
  "4XX": {
    description: "Refused, with the reason in a sentence.",
    content: {
      "application/json": {
        schema: { type: "object", required: ["error"], properties: { error: { type: "string" } } },
      },
    },
  },
};

const page = { description: "A page.", content: { "text/html": { schema: { type: "string" } } } };

/** The control API as an OpenAPI description, made from the routes themselves so that it cannot fall behind. */
export function openApiDescription(routes: readonly ControlRoute[]): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "AllScale emulator: control API",
      version: "1",
      description:
        "Moves payments, sets faults and turns the clock of a local AllScale. It never asks for a signature.",
    },
    paths,
  };
}

function operation(route: ControlRoute): JsonSchema {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(route.query ?? {}).map(([name, schema]) => ({ name, in: "query", schema }));
  return {
    summary: route.summary,
    parameters: [accountHeader, ...inPath, ...inQuery],
    ...(route.body === undefined ? {} : { requestBody: requestBody(route.body, route.required ?? []) }),
    responses: route.answersHtml ? { ...answers, "2XX": page } : answers,
  };
}

function requestBody(fields: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema {
  const schema = { type: "object", additionalProperties: false, required, properties: fields };
  return { required: required.length > 0, content: { "application/json": { schema } } };
}
