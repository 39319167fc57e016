/** Who is paid, as far as the order page needs to know. */
export type Merchant = {
  readonly name: string;
  readonly contact: { readonly label: string; readonly href: string } | null;
};
