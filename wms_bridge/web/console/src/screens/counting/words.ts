/** Cases of counts in the language of the reader. */
import { number, percent } from "../../i18n/format";
import { t } from "../../i18n/words";
import { type Case, differenceOf, foundIn, signed, stakeOf } from "./case";

/** "10 → 7 (−3)", or "10 → ?" if it is not known. */
export function changeWords(given: Case): string {
  const found = foundIn(given);
  if (found === null) return t("counting.change_unknown", { booked: number(given.booked) });
  return t("counting.change", {
    booked: number(given.booked),
    found: number(found),
    difference: signed(differenceOf(given)),
  });
}

/** "120.00 at stake", or the pieces where no value is known. */
export function stakeWords(given: Case): string {
  const stake = stakeOf(given);
  if (stake !== null) return t("counting.stake", { value: number(stake, 2) });
  return t("counting.stake_pieces", { count: Math.abs(differenceOf(given)) });
}

/** A probability; next to nothing and nearly sure are said as such. */
export function chanceWords(chance: number): string {
  if (chance > 0 && chance < 0.001) return t("counting.less_than", { share: percent1(0.001) });
  if (chance > 0.999 && chance < 1) return t("counting.more_than", { share: percent1(0.999) });
  return percent1(chance);
}

function percent1(share: number): string {
  return Number.isInteger(share * 100)
    ? percent(share)
    : t("counting.percent", { n: number(share * 100, 1) });
}
