import type { ReactNode } from "react";

/** What another layer adds to the tip page. The core has none of it. */
export type TipParts = {
  /** The path of the picture for links to this page. Without one it is that in `public/`. */
  readonly shareImage?: string;
  /** Between the merchant and the form. */
  readonly above?: ReactNode;
  /** After the form. */
  readonly below?: ReactNode;
  /** Asks the payer to be named in public; see `NoteFields`. */
  readonly showName?: string;
};
