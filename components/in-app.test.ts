import { expect, it } from "vitest";
import { isInApp } from "./in-app";

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const IPAD = IPHONE.replace("iPhone; CPU iPhone", "iPad; CPU");
const ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9";
const CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";

it.each([
  `${IPHONE} Mobile/15E148`,
  `${IPAD} Mobile/15E148`,
  `${IPHONE} Mobile/15E148 Instagram 380.0.0.28.87`,
  `${IPHONE} Mobile/22F76 Barcelona 382.0.0.25.84`,
  `${IPHONE} Mobile/15E148 [LinkedInApp]/9.31.1`,
  `${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/510.0.0.46.112]`,
  `${IPHONE} Mobile/15E148 Safari Line/15.8.0`,
  `${IPHONE} Version/18.5 Mobile/15E148 Safari/604.1 NAVER(inapp; search; 2000; 12.15.2)`,
  `${ANDROID}; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36`,
  `${ANDROID}) ${CHROME} KAKAOTALK 25.6.0`,
  `${ANDROID}) ${CHROME} MicroMessenger/8.0.60`,
  `${ANDROID}) ${CHROME} Barcelona 382.0.0.47.96 Android`,
])("is inside another app: %s", (userAgent) => expect(isInApp(userAgent)).toBe(true));

it.each([
  `${IPHONE} Version/18.5 Mobile/15E148 Safari/604.1`,
  `${IPAD} Version/18.5 Mobile/15E148 Safari/604.1`,
  `${IPHONE} CriOS/140.0.0.0 Mobile/15E148 Safari/604.1`,
  `${IPHONE} FxiOS/140.0 Mobile/15E148 Safari/605.1.15`,
  `${ANDROID}) ${CHROME}`,
  "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  "curl/8.9.1",
  "",
  null,
])("is a browser of its own: %s", (userAgent) => expect(isInApp(userAgent)).toBe(false));
