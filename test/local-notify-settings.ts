import { readNotifySettings } from "@/lib/merchant/notify/settings";
import { type Environment, SettingReader } from "@/lib/settings";

/** Settings for channels on this machine, as beside a local provider. */
export function localNotifySettings(env: Environment) {
  const reader = new SettingReader(env);
  const settings = readNotifySettings(reader, { allowsLoopback: true });
  if (reader.problems.length > 0) throw new Error(JSON.stringify(reader.problems));
  return settings;
}
