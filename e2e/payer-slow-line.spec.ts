import type { ServerResponse } from "node:http";
import type { Page } from "playwright/test";
import { type HttpServer, startHttpServer } from "../test/http-server";
import { expect, test } from "./support/fixtures";
import { orderIn, shiftsOf } from "./support/payer";

type SlowLine = HttpServer & {
  /** Sends the next piece of the page; false when all has been sent. */
  next(): boolean;
};

/** A proxy in front of the app that holds each page back until the test lets a piece of it through. */
async function slowLine(appUrl: string, headers: Record<string, string>): Promise<SlowLine> {
  let page: { readonly response: ServerResponse; readonly pieces: string[] } | undefined;
  const server = await startHttpServer(async (request, response) => {
    const answer = await fetch(`${appUrl}${request.url}`, { headers: { ...headers, accept: "*/*" } });
    const kept = [...answer.headers].filter(
      ([name]) => !/^(content-(encoding|length)|transfer-encoding|connection)$/.test(name),
    );
    response.writeHead(answer.status, kept.flat());
    if (!answer.headers.get("content-type")?.includes("text/html")) {
      response.end(Buffer.from(await answer.arrayBuffer()));
      return;
    }
    const html = await answer.text();
    // The head at once, then the visible part tag by tag, then the scripts.
    const [start, end] = [html.indexOf("<main"), html.indexOf("</main>")];
    response.write(html.slice(0, start));
    page = { response, pieces: [...(html.slice(start, end).match(/[^>]*>/g) ?? []), html.slice(end)] };
  });
  return {
    ...server,
    next() {
      const piece = page?.pieces.shift();
      if (page === undefined || piece === undefined) return false;
      if (page.pieces.length > 0) page.response.write(piece);
      else page.response.end(piece);
      return true;
    },
  };
}

/** Until the browser has read what was sent and painted it. */
function painted(page: Page, before: number): Promise<number> {
  return page.evaluate(async (known) => {
    const frame = () => new Promise(requestAnimationFrame);
    const size = () => document.documentElement.outerHTML.length;
    // The end of an element changes nothing that can be measured.
    for (let frames = 0; frames < 3 && size() === known; frames += 1) await frame();
    await frame();
    return size();
  }, before);
}

for (const [device, viewport] of [
  ["a desktop", { width: 1280, height: 800 }],
  ["a phone", { width: 360, height: 740 }],
] as const) {
  for (const name of ["the tip page", "a receipt", "a payment that ran out of time"] as const) {
    test(`on ${device} nothing moves while ${name} arrives in pieces`, async ({
      page,
      app,
      client,
      account,
      address,
    }) => {
      let path = "/";
      if (name !== "the tip page") {
        const order = await orderIn(name === "a receipt" ? ["paid", 20, {}] : ["expired", -5, {}], { client, account });
        await expect.poll(async () => (await client.order(order.orderId)).json.terminal).toBe(true);
        path = order.path;
      }
      const line = await slowLine(app.url, { "x-forwarded-for": address, "accept-language": "en" });
      try {
        await page.setViewportSize(viewport);
        await page.goto(line.url + path, { waitUntil: "commit" });
        let size = 0;
        let pieces = 0;
        while (line.next()) {
          size = await painted(page, size);
          pieces += 1;
        }
        expect(pieces).toBeGreaterThan(10);
        await page.waitForLoadState("load");
        await expect(page.locator("main")).toBeVisible();
        expect(await shiftsOf(page)).toBe(0);
      } finally {
        await line.close();
      }
    });
  }
}
