import { ACCENT_COLORS } from "./colors";

const accents = Object.entries(ACCENT_COLORS)
  .map(([name, color]) => `[data-accent=${name}]{--accent:${color}}`)
  .join("");

/** Of the pages that are framed or laid over a picture. A file of its own, because the policy allows no style in the markup. */
export const EMBED_STYLE = `${accents}
*{box-sizing:border-box;margin:0}
body{font:1rem/1.5 system-ui,sans-serif;color:#1d201e;overflow-wrap:anywhere}
main{display:grid;grid-template-columns:1fr 6rem;gap:.5rem 1rem;align-items:center;max-width:30rem;padding:1.25rem;border:1px solid #e2ded4;border-radius:1rem;background:#fffefc}
h1{font-size:1.25rem;line-height:1.2}
svg{grid-area:1/2/span 2;width:6rem}
main>*{grid-column:1}
main>svg{grid-column:2}
progress{width:100%;height:.75rem;accent-color:var(--accent)}
label{font-weight:600}
p{color:#5b605c;font-size:.875rem}
a{grid-column:1/-1;padding:.75rem;border-radius:.75rem;background:var(--accent);color:#fff;font-weight:600;text-align:center;text-decoration:none}
a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.overlay main{display:block;max-width:none;border:0;background:none}
.overlay p{display:inline-block;padding:.75rem 1.5rem;border-radius:1rem;background:var(--accent);color:#fff;font-size:2rem;overflow:hidden}
.overlay p:empty{padding:0}
`;
