import "server-only";
import { allscale } from "./allscale/module";
import { calypso } from "./calypso/module";
import { koinal } from "./koinal/module";
import { onekey } from "./onekey/module";
import type { ProviderModule } from "./provider";

/** Every provider of this app: the one file that knows their folders. */
export const PROVIDERS: readonly ProviderModule[] = [allscale, calypso, koinal, onekey];
