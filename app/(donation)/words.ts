/** The words of this layer, here and not in `messages/`, so that they go with the folder. */
export type DonationWords = {
  readonly raised: string;
  readonly supporters: string;
  readonly showName: string;
  readonly anonymous: string;
  readonly scan: string;
};

const ENGLISH: DonationWords = {
  raised: "{raised} of {goal}",
  supporters: "Supporters",
  showName: "Show my name in the list of supporters",
  anonymous: "Anonymous",
  scan: "QR code of the tip page",
};

/** By the tag of the language. A test compares them with `messages/`. */
export const DONATION_WORDS: Readonly<Record<string, DonationWords>> = {
  en: ENGLISH,
  de: {
    raised: "{raised} von {goal}",
    supporters: "Unterstützer",
    showName: "Meinen Namen in der Liste der Unterstützer zeigen",
    anonymous: "Anonym",
    scan: "QR-Code der Trinkgeldseite",
  },
  ja: {
    raised: "{goal}のうち{raised}",
    supporters: "サポーター",
    showName: "サポーター一覧に名前を載せる",
    anonymous: "匿名",
    scan: "支援ページのQRコード",
  },
  "zh-CN": {
    raised: "{raised} / {goal}",
    supporters: "支持者",
    showName: "在支持者名单中显示我的名字",
    anonymous: "匿名",
    scan: "打赏页面的二维码",
  },
};

/** English where a language was added to `messages/` only. */
export function donationWords(language: string): DonationWords {
  return DONATION_WORDS[language] ?? ENGLISH;
}
