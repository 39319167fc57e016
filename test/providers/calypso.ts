import type { ProviderBench } from "./bench";

const invoices: ProviderBench = {
  title: "Calypso Pay with invoices",
  name: "calypso",
  credentials: { apiKey: "calypso_emulator_key", apiSecret: "canary-calypso-secret" },
  settings: ({ url, apiKey, apiSecret }) => ({
    CALYPSO_PUBLIC_KEY: apiKey,
    CALYPSO_SECRET_KEY: apiSecret,
    CALYPSO_ACCOUNT: "0x00000000000000000000000000000000000000c0",
    CALYPSO_WEBHOOK_PUBLIC_KEY: "calypso_emulator_webhook_key",
    CALYPSO_WEBHOOK_SECRET_KEY: "calypso_emulator_webhook_secret",
    CALYPSO_BASE_URL: url,
  }),
  secrets: ["canary-calypso-secret", "calypso_emulator_webhook_secret"],
  wrongSecret: { CALYPSO_SECRET_KEY: "another-secret-of-calypso" },
  states: {
    pending: { status: "PENDING_PAYMENT" },
    confirming: { status: "MEM_POOL_FOUND" },
    review: { status: "PENDING_INTERVENTION", intervention: "OVERPAY" },
    underpaid: { status: "PENDING_INTERVENTION", intervention: "UNDERPAY" },
    rejected: { status: "DECLINED" },
    canceled: { status: "CANCEL" },
    paid: { status: "PAID" },
  },
  short: { status: "PAID", amount: "1.000000" },
  otherPrice: { status: "PAID", fiat_amount: "1.00" },
  evil: null,
  payments: "payments",
  forge: null,
  wrongRates: [
    ["/settings", { rate: "0.0100" }],
    ["/settings", { rate: "100.0000" }],
  ],
  renewsQuotes: true,
  hasClockRule: true,
  hasTestCalls: false,
  signsWebhooks: true,
};

// A payer whose invoice was canceled can still pick another coin in the widget.
const { canceled: _ofOneInvoice, ...widgetStates } = invoices.states;

const widget: ProviderBench = {
  ...invoices,
  states: widgetStates,
  wrongRates: [],
  title: "Calypso Pay with its widget",
  settings: (emulator) => ({
    ...invoices.settings(emulator),
    CALYPSO_COINS: "USDT_TRX,USDC",
    CALYPSO_WIDGET_URL: `${emulator.url}/pay?widgetKey={key}`,
  }),
};

export const calypsoBenches = [invoices, widget] as const;
