import type { SiteConfig } from "@/site.config";

/**
 * Decoration next to the name, so that it has no text of its own for screen readers. A plain picture, because Next's
 * image component would bring more script than the whole form has.
 */
export function Avatar({ site }: { site: SiteConfig }) {
  return site.avatar === null ? (
    <span className="avatar" aria-hidden="true">
      {[...site.name][0]}
    </span>
  ) : (
    <picture>
      <img className="avatar" src={site.avatar} alt="" width="96" height="96" />
    </picture>
  );
}
