import { request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { type HttpServer, startHttpServer } from "@/test/http-server";

/** How the HTTP endpoint of Redis behaves. `lost_answer`: the command is carried out, and its answer never arrives. */
export type GatewayFault = "none" | "slow" | "lost_answer" | "reset" | "html" | "error" | "unauthorized";

export type Gateway = HttpServer & { fault: GatewayFault };

const SLOW_MS = 300;

/** Stands between the app and the Upstash bridge, and spoils what passes, as a network or a provider's edge does. */
export async function startGateway(target: string): Promise<Gateway> {
  const server = await startHttpServer((request, response) => {
    const { fault } = gateway;
    if (fault === "reset") return void response.destroy();
    if (fault === "html") return void response.writeHead(502, { "content-type": "text/html" }).end("<h1>502</h1>");
    if (fault === "error") return void answerJson(response, 500, { error: "ERR internal" });
    if (fault === "unauthorized") return void answerJson(response, 401, { error: "Unauthorized" });
    if (fault === "slow") return void setTimeout(() => pass(request, response), SLOW_MS);
    pass(request, response, fault === "lost_answer");
  });

  function pass(request: IncomingMessage, response: ServerResponse, loseAnswer = false): void {
    const { method, url = "/", headers } = request;
    const onward = forward(new URL(url, target), { method, headers }, (answer) => {
      if (loseAnswer) {
        answer.resume();
        answer.once("end", () => response.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  }

  const gateway: Gateway = { ...server, fault: "none" };
  return gateway;
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
