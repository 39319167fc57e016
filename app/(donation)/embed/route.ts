import type { NextRequest } from "next/server";
import { getServices } from "@/lib/services";
import { siteConfig } from "@/site.config";
import { embedPage } from "../embed-page";
import { publicAnswer, readerWords } from "../public-answer";
import { currentSupport } from "../support";

export async function GET(request: NextRequest) {
  const { progress } = await currentSupport();
  const { publicUrl } = getServices().settings;
  const html = embedPage({ words: readerWords(request), site: siteConfig, publicUrl, progress });
  const answer = publicAnswer(html, { type: "text/html; charset=utf-8", seconds: 60 });
  answer.headers.set("Vary", "Accept-Language");
  return answer;
}
