/** All rules of the floor in force, to be searched and ended. */
import { useState } from "preact/hooks";

import { may } from "../../api/session";
import { duration } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { type Column, Table } from "../../parts/Table";
import { now_ms, type Rule, rules } from "./desk";
import { open } from "./opening";

export function Rules() {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const rows = rules.value.filter((one) =>
    `${one.rule.rule} ${ruleWords(one)}`.toLowerCase().includes(wanted),
  );
  const columns: readonly Column<Rule>[] = [
    { key: "rule", title: t("intervene.rule"), cell: (one) => one.rule.rule },
    { key: "says", title: t("intervene.says"), cell: ruleWords },
    {
      key: "since",
      title: t("intervene.in_force"),
      cell: (one) => t("intervene.since", { time: duration(now_ms.value - one.set_ms) }),
    },
    {
      key: "end",
      title: t("intervene.end"),
      cell: (one) =>
        may("decide") && (
          <Button
            label={t("intervene.end_rule", { rule: one.rule.rule })}
            onClick={() => open("clear_rule", { name: one.rule.rule })}
          >
            {t("intervene.end")}
          </Button>
        ),
    },
  ];
  return (
    <div class="intervene-list">
      <Field label={t("intervene.find_rule")} value={text} onValue={setText} />
      <Table
        caption={t("intervene.rules")}
        columns={columns}
        rows={rows}
        keyOf={(one) => one.rule.rule}
        empty={t(text ? "intervene.none_found" : "intervene.none.rules")}
      />
    </div>
  );
}

/** What a rule says, in words. */
export function ruleWords({ rule }: Rule): string {
  const places = rule.nodes?.length ?? 0;
  const where = rule.area_m?.length
    ? t("intervene.in_area")
    : places > 0
      ? t("intervene.in_nodes", { count: places })
      : "";
  return [t(`intervene.rule_kind.${rule.kind}`), where].filter(Boolean).join(" · ");
}
