import type { Account } from "./account";
import type { Route } from "./control-route";
import type { JsonSchema } from "./fields";

const accountHeader = {
  name: "X-API-Key",
  in: "header",
  required: false,
  description: "The account addressed; the first one when absent. `?api_key=` does the same.",
  schema: { type: "string" },
};
const refusal = { type: "object", required: ["error"], properties: { error: { type: "string" } } };
const refused = { description: "The reason in a sentence.", content: { "application/json": { schema: refusal } } };

/** The control API as an OpenAPI description, made from the routes themselves. */
export function openApiDescription<A extends Account>(title: string, routes: readonly Route<A>[]): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  const description = "Moves payments, sets faults and changes the time. No request is signed.";
  return { openapi: "3.1.0", info: { title: `${title}: control API`, version: "1", description }, paths };
}

function operation<A extends Account>({ summary, path, query, body, required, answersHtml }: Route<A>): JsonSchema {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: "path", required: true, schema: { type: "string" } };
  });
  const inQuery = Object.entries(query).map(([name, description]) => {
    return { name, in: "query", description, schema: { type: "string" } };
  });
  const properties = Object.fromEntries(
    Object.entries(body).map(([name, { schema, about }]) => [name, { ...schema, description: about }]),
  );
  const schema = { type: "object", additionalProperties: false, required, properties };
  const answer = answersHtml ? { "text/html": {} } : { "application/json": { schema: { type: "object" } } };
  return {
    summary,
    parameters: [accountHeader, ...inPath, ...inQuery],
    ...(Object.keys(body).length > 0 && {
      requestBody: { required: required.length > 0, content: { "application/json": { schema } } },
    }),
    responses: { "2XX": { description: "Done.", content: answer }, "4XX": refused },
  };
}
