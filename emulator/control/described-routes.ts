import { html, json } from "../http/reply";
import type { ControlRoute } from "./control-route";
import { openApiDescription } from "./openapi";
import { overviewPage } from "./overview-page";

/** The page and the description of the control API. They are told the routes late, because they are among them. */
export function describedRoutes(routes: () => readonly ControlRoute[]): readonly ControlRoute[] {
  return [
    {
      method: "GET",
      path: "/_emulator/",
      summary: "A page that shows the account and explains all of this.",
      answersHtml: true,
      handle: (context) => html(200, overviewPage(context, routes())),
    },
    {
      method: "GET",
      path: "/_emulator/openapi.json",
      summary: "This description.",
      handle: () => json(200, openApiDescription(routes())),
    },
  ];
}
