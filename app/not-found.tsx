import type { TestId } from "@/components/test-ids";
import { siteConfig } from "@/site.config";

/** Next sends this along with every page, so it is short and the same in all languages. */
export default function NotFound() {
  return (
    <main className="card" data-testid={"not-found" satisfies TestId}>
      <title>404</title>
      <h1>404</h1>
      <a href="/">{siteConfig.name}</a>
    </main>
  );
}
