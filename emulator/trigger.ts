#!/usr/bin/env node
import { triggerKit } from "./allscale/trigger-kit";
import { triggerMain } from "./core/trigger";

process.exitCode = await triggerMain(triggerKit);
