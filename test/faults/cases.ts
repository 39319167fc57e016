import { allscalePayoutKills } from "./allscale-payouts";
import type { Case } from "./case";
import { allscaleOutages } from "./case-allscale-outages";
import { redisEffectKills, sqliteEffectKills } from "./case-effect-kills";
import { ends } from "./case-ends";
import { floodSoak } from "./case-flood-soak";
import { floods } from "./case-floods";
import { fuzz } from "./case-fuzz";
import { redisInterleavings, sqliteInterleavings } from "./case-interleavings";
import { redisKills } from "./case-redis-kills";
import { redisOutages } from "./case-redis-outages";
import { soak } from "./case-soak";
import { sqliteDisk } from "./case-sqlite-disk";
import { sqliteKills } from "./case-sqlite-kills";
import { sqliteOutages } from "./case-sqlite-outages";
import { twoProcesses } from "./case-two-processes";
import { onekeyPayoutKills } from "./onekey-payouts";

export const CASES: readonly Case[] = [
  allscaleOutages,
  redisOutages,
  sqliteOutages,
  sqliteDisk,
  sqliteKills,
  redisKills,
  sqliteEffectKills,
  redisEffectKills,
  ...allscalePayoutKills,
  ...onekeyPayoutKills,
  twoProcesses,
  fuzz,
  ends,
  floods,
  floodSoak,
  soak,
  sqliteInterleavings,
  redisInterleavings,
];
