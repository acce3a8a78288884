/** A table of records: a caption that is heard, a header row, one row per record, and how many more. */
import { Component, type ComponentChildren } from "preact";

import { t } from "../i18n/words";

export interface Column<Row> {
  key: string;
  title: string;
  cell: (row: Row) => ComponentChildren;
  /** Figures stand to the right. */
  figure?: boolean;
}

interface Props<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** Rows shown at most; the others are counted in a line below. */
  most?: number;
  /** What is said when there are no rows. */
  empty: string;
  marked?: (row: Row) => boolean;
  /** All that a row shows, in a word: a row whose word is the same is not drawn anew. */
  shows?: (row: Row) => string;
}

export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
  most = 200,
  empty,
  marked,
  shows,
}: Props<Row>) {
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  const left = rows.length - most;
  return (
    <>
      <table class="table">
        <caption class="only-heard">{caption}</caption>
        <thead>
          <tr>
            {columns.map((one) => (
              <th key={one.key} scope="col" class={one.figure ? "figure" : undefined}>
                {one.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, most).map((row) => (
            <Line
              key={keyOf(row)}
              row={row}
              columns={columns}
              marked={marked?.(row) ?? false}
              shows={shows?.(row)}
            />
          ))}
        </tbody>
      </table>
      {left > 0 && <p class="empty">{t("shell.more_rows", { count: left })}</p>}
    </>
  );
}

interface LineProps<Row> {
  row: Row;
  columns: readonly Column<Row>[];
  marked: boolean;
  shows: string | undefined;
}

class Line<Row> extends Component<LineProps<Row>> {
  override shouldComponentUpdate({ shows, marked }: LineProps<Row>): boolean {
    return shows === undefined || shows !== this.props.shows || marked !== this.props.marked;
  }

  override render({ row, columns, marked }: LineProps<Row>) {
    return (
      <tr class={marked ? "marked" : undefined}>
        {columns.map((one) => (
          <td key={one.key} class={one.figure ? "figure" : undefined}>
            {one.cell(row)}
          </td>
        ))}
      </tr>
    );
  }
}
