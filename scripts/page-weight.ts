import { gzipSync } from "node:zlib";

/** In gzip bytes of what the server sends. */
export type Weight = { readonly html: number; readonly css: number; readonly js: number };

const gzipped = (text: string) => gzipSync(text, { level: 9 }).length;
export const read = async (url: string) => (await fetch(url)).text();

export async function weigh(url: string): Promise<Weight> {
  const html = await read(url);
  const sum = async (paths: Iterable<string>) => {
    const files = await Promise.all([...new Set(paths)].map((path) => read(new URL(path, url).href)));
    return files.reduce((total, file) => total + gzipped(file), 0);
  };
  const tags = [...html.matchAll(/<(?:script|link)\b[^>]*>/g)].map(([tag]) => tag);
  // Browsers of this decade leave `noModule` alone.
  const scripts = tags.filter((tag) => tag.startsWith("<script") && !/nomodule/i.test(tag));
  const styles = tags.filter((tag) => tag.includes('rel="stylesheet"'));
  const named = (list: string[], name: string) =>
    list.flatMap((tag) => new RegExp(`\\b${name}="([^"]+)"`).exec(tag)?.[1] ?? []);
  return { html: gzipped(html), css: await sum(named(styles, "href")), js: await sum(named(scripts, "src")) };
}
