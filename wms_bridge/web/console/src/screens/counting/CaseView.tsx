/** One case: what may be decided, the photos, how probable each number is, the record, the reads. */
import type { ComponentChildren } from "preact";

import { may } from "../../api/session";
import { moment, number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { hrefOf } from "../../routes/router";
import {
  type Action,
  ACTIONS,
  type Details,
  foundIn,
  isOpen,
  isToDecide,
  placeOf,
  signed,
} from "./case";
import { deciding } from "./data";
import { effectWords } from "./DecisionDialog";
import { useEvidence } from "./evidence";
import { Photos, ReadsAndFiles } from "./EvidenceView";
import { Posterior } from "./Posterior";
import { chanceWords, changeWords, stakeWords } from "./words";

type Known = Details & { now: number };

interface Props {
  given: Known | null;
  wrong: string;
  onAction?: (action: Action) => void;
}

export function CaseView({ given, wrong, onAction }: Props) {
  if (!given) return <p class="empty">{wrong || t("shell.loading")}</p>;
  return (
    <article class="counting-case" aria-label={t("counting.case_of", { slot: given.slot })}>
      <Head given={given} />
      {isToDecide(given) && onAction && <Deeds given={given} onAction={onAction} />}
      <Decisions given={given} />
      <Grounds given={given} />
    </article>
  );
}

/** What the case rests on: probabilities, record, photos, people's counts, reads. */
function Grounds({ given }: { given: Known }) {
  const { pieces, older } = useEvidence(given);
  const { probabilities, booked, sound, slot } = given;
  return (
    <>
      <div class="counting-parts">
        <div class="counting-column">
          <section>
            <h3>{t("counting.how_many")}</h3>
            <Posterior probabilities={probabilities} booked={booked} found={foundIn(given)} />
            {!sound && <p class="counting-hint">{t("counting.not_sound")}</p>}
          </section>
          <section>
            <h3>{t("counting.record")}</h3>
            <RecordFacts given={given} />
          </section>
        </div>
        <section>
          <h3>{t("counting.photos")}</h3>
          <Photos slot={slot} pieces={pieces} />
        </section>
      </div>
      <People given={given} />
      <section>
        <h3>{t("counting.reads")}</h3>
        <ReadsAndFiles pieces={pieces} older={older} />
      </section>
    </>
  );
}

function Head({ given }: { given: Known }) {
  const { pod, face, level, column } = placeOf(given.slot);
  return (
    <header class="counting-head">
      <div>
        <h2>
          {given.slot}
          {": "}
          {changeWords(given)}
        </h2>
        <p class="counting-place">{t("counting.place", { pod, face, level, column })}</p>
        <p>
          <span class="counting-status" data-status={given.status}>
            {t(`counting.status.${given.status}`)}
          </span>{" "}
          {t(`counting.reason.${given.reason}`)}
        </p>
      </div>
      <div class="counting-head-side">
        <strong class="counting-stake">{stakeWords(given)}</strong>
        <a class="counting-to-floor" href={hrefOf("floor", [], { pod })}>
          {t("counting.to_floor")}
        </a>
      </div>
    </header>
  );
}

function Deeds({ given, onAction }: { given: Known; onAction: (action: Action) => void }) {
  const sending = deciding.value.get(given.case);
  if (!may("decide")) return <p class="counting-hint">{t("counting.may_not")}</p>;
  return (
    <div class="counting-deeds">
      {ACTIONS.map((one) => (
        <Button
          key={one}
          kind={one === "approve" ? "main" : "plain"}
          disabled={sending !== undefined}
          onClick={() => onAction(one)}
        >
          {t(`counting.action.${one}`)}
        </Button>
      ))}
      <p class="counting-hint" role="status">
        {sending ? t(`counting.sending.${sending}`) : effectWords(given, "approve")}
      </p>
    </div>
  );
}

function Decisions({ given }: { given: Known }) {
  if (given.decisions.length === 0) return null;
  return (
    <ul class="counting-decisions" aria-label={t("counting.decisions")}>
      {given.decisions.map((one) => (
        <li key={`${one.version} ${one.by}`}>
          {t("counting.decision", {
            by: one.by,
            what: t(`counting.decided.${one.action}`),
            at: moment(one.at_ms),
            reason: one.reason,
          })}
        </li>
      ))}
    </ul>
  );
}

function RecordFacts({ given }: { given: Known }) {
  const { booked, now, piece_value: value } = given;
  const moved = isOpen(given) && now !== booked ? now - booked : 0;
  return (
    <dl class="counting-facts">
      <Fact name={t("counting.sku")}>{given.sku}</Fact>
      <Fact name={t("counting.booked_then")}>{number(booked)}</Fact>
      <Fact name={t("counting.booked_now")}>
        {moved === 0
          ? number(now)
          : t("counting.booked_since", { now: number(now), moved: signed(moved) })}
      </Fact>
      <Fact name={t("counting.probability")}>{chanceWords(given.probability)}</Fact>
      <Fact name={t("counting.seen")}>{moment(given.until_ms)}</Fact>
      <Fact name={t("counting.rests_on")}>
        {given.kinds.map((one) => t(`counting.kind.${one}`)).join(", ")}
      </Fact>
      <Fact name={t("counting.rescans")}>{number(given.rescans)}</Fact>
      <Fact name={t("counting.piece_value")}>
        {value > 0 ? number(value, 2) : t("counting.value_unknown")}
      </Fact>
      <Fact name={t("counting.slot")}>
        {t(given.quarantined ? "counting.quarantined" : "counting.in_use")}
      </Fact>
      <Fact name={t("counting.case")}>{given.case}</Fact>
    </dl>
  );
}

function People({ given }: { given: Known }) {
  if (given.people.length === 0) return null;
  return (
    <section>
      <h3>{t("counting.people")}</h3>
      <table class="table counting-people">
        <thead>
          <tr>
            <th scope="col">{t("counting.who")}</th>
            <th scope="col" class="figure">
              {t("counting.counted")}
            </th>
            <th scope="col" class="figure">
              {t("counting.booked")}
            </th>
            <th scope="col">{t("counting.at")}</th>
            <th scope="col">{t("counting.used")}</th>
          </tr>
        </thead>
        <tbody>
          {given.people.map((one) => (
            <tr key={`${one.count} ${one.at_ms}`}>
              <td>{one.by}</td>
              <td class="figure">{number(one.quantity)}</td>
              <td class="figure">{number(one.booked)}</td>
              <td>{moment(one.at_ms)}</td>
              <td>{t(one.used ? "counting.yes" : "counting.not_used")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
