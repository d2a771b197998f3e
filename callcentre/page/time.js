// Times by the desk's clock: a screen whose own clock is wrong must not tell a wrong age.

import { isEnglish, word } from "./words.js";

let offset = 0; // milliseconds the desk is ahead of this screen

export const setDeskTime = (text) => { offset = Date.parse(text) - Date.now(); };
export const deskNow = () => Date.now() + offset;

export function clockText(moment, withSeconds = true) {
  return new Date(moment).toLocaleTimeString("zh-CN", {
    hour: "2-digit", minute: "2-digit", second: withSeconds ? "2-digit" : undefined, hour12: false,
  });
}

// The hour where it was today, else the date too.
export function momentText(text) {
  const moment = new Date(text);
  const today = new Date(deskNow()).toDateString() === moment.toDateString();
  return today ? clockText(moment) : `${moment.getMonth() + 1}-${moment.getDate()} ${clockText(moment, false)}`;
}

export const ageText = (since, known) =>
  (known ? "" : word("about")) + durationText((deskNow() - Date.parse(since)) / 1000);

export function durationText(length) {
  const seconds = Math.max(0, Math.floor(length));
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const unit = isEnglish() ? [" d ", " h ", " min ", " s"] : [" 天 ", " 小时 ", " 分 ", " 秒"];
  let text = `${seconds % 60}${unit[3]}`;
  if (days) text = `${days}${unit[0]}${hours}${unit[1]}`;
  else if (hours) text = `${hours}${unit[1]}${minutes}${unit[2]}`;
  else if (minutes) text = `${minutes}${unit[2]}${seconds % 60}${unit[3]}`;
  return text.trim();
}
