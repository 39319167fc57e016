import type { Case } from "./case";
import { redisInterleavings, sqliteInterleavings } from "./case-interleavings";
import { redisKills } from "./case-redis-kills";
import { sqliteKills } from "./case-sqlite-kills";
import { twoProcesses } from "./case-two-processes";

export const CASES: readonly Case[] = [sqliteKills, redisKills, twoProcesses, sqliteInterleavings, redisInterleavings];
