import type { BoardCard } from "@kommutator/contract/api/interest-board";
import { Select, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconLayoutKanban, IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { useCatalogues, useNamed } from "../../../app/catalogues.ts";
import { showFailure } from "../../../app/failure.ts";
import { useNow } from "../../../app/format.ts";
import { useCan, useMe } from "../../../app/me.ts";
import { useShortcut } from "../../../app/shortcuts.ts";
import { Empty, ErrorState, NoRight } from "../../../app/states.tsx";
import pages from "../../customer/customer.module.css";
import { isAskable, MoveBox, type Refusal } from "../MoveBox.tsx";
import { Views } from "../Views.tsx";
import { BoardColumnView } from "./BoardColumnView.tsx";
import classes from "./board.module.css";
import { byColumn, neighbour } from "./state.ts";
import { useBoard } from "./useBoard.ts";

const ARROWS: Record<string, "up" | "down" | "left" | "right"> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

/** The board of a kind: columns of stages, cards that are dragged or moved by Shift and arrows, others' moves as they happen (IN-10). */
export function BoardPage() {
  const { t } = useTranslation("interests");
  const can = useCan();
  const me = useMe();
  const navigate = useNavigate();
  const now = useNow(15_000);
  const catalogues = useCatalogues();
  const name = useNamed();
  const [params, setParams] = useSearchParams();
  const [q, setQ] = useState("");
  const [settled] = useDebouncedValue(q.trim(), 250);
  const [activeId, setActive] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [said, setSaid] = useState("");
  const search = useRef<HTMLInputElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const byKeyboard = useRef(false);
  const kinds = (catalogues.data?.interestKinds ?? []).filter((k) => k.stages.length > 0 && !k.archived);
  const kindId = params.get("kind") ?? kinds[0]?.id ?? "";
  const set = (name: string, value: string | null) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === null) after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  const { board, move, refresh } = useBoard(
    { kindId, responsibleId: params.get("responsible") ?? undefined, flag: params.get("flag") ?? undefined, q: settled },
    (card, stageId, error) => {
      setSaid(t("board.refused", { number: card.number }));
      if (isAskable(error)) setRefusal({ interest: card, stageId, error });
      else showFailure(error);
    },
  );
  const data = board.data;
  const cards = useMemo(() => (data === undefined ? new Map<string, BoardCard[]>() : byColumn(data)), [data]);
  const go = (card: BoardCard | undefined, stageId: string | undefined) => {
    if (card === undefined || stageId === undefined || card.stageId === stageId || !card.movable) return;
    setSaid(t("board.moved", { number: card.number, stage: name(data?.columns.find((c) => c.id === stageId)) }));
    move({ card, stageId });
  };
  // After a move by keyboard the card is drawn anew in another column: the focus goes with it.
  useEffect(() => {
    if (activeId === null || !byKeyboard.current || data === undefined) return;
    const element = root.current?.querySelector<HTMLElement>(`[data-card="${activeId}"]`);
    if (element !== null && element !== document.activeElement) element?.focus({ preventScroll: true });
  }, [activeId, data]);
  useShortcut({ keys: "/", label: "customer:shortcuts.search", run: () => search.current?.focus() });
  if (can("interest", "read") === null) return <NoRight />;

  const onKey = (event: KeyboardEvent) => {
    const id = (event.target as HTMLElement).dataset["card"];
    const card = data?.cards.find((c) => c.id === id);
    if (data === undefined || card === undefined) return;
    const arrow = ARROWS[event.key];
    if (event.key === "Enter") void navigate(`/interests/${card.id}`);
    else if (arrow !== undefined && event.shiftKey && (arrow === "left" || arrow === "right")) {
      const at = data.columns.findIndex((c) => c.id === card.stageId);
      byKeyboard.current = true;
      setActive(card.id);
      go(card, data.columns[at + (arrow === "left" ? -1 : 1)]?.id);
    } else if (arrow !== undefined && !event.shiftKey) {
      byKeyboard.current = true;
      const next = neighbour(data.columns, cards, card, arrow);
      if (next !== null) setActive(next.id);
    } else return;
    event.preventDefault();
  };
  const firstColumn = data?.columns.find((c) => (cards.get(c.id)?.length ?? 0) > 0)?.id;
  return (
    <div className={classes["page"]}>
      <div className={pages["head"]}>
        <h1>{t("board.title")}</h1>
        <Views />
        <Select
          w={150}
          aria-label={t("field.kind")}
          data={kinds.map((k) => ({ value: k.id, label: k.name }))}
          value={kindId === "" ? null : kindId}
          onChange={(value) => set("kind", value)}
        />
        <TextInput
          ref={search}
          type="search"
          w={238}
          leftSection={<IconSearch size={16} />}
          rightSection={q === "" ? <kbd>/</kbd> : null}
          aria-label={t("list.search")}
          placeholder={t("list.search")}
          value={q}
          onChange={(event) => setQ(event.currentTarget.value)}
        />
        <Select
          w={180}
          searchable
          clearable
          allowDeselect
          aria-label={t("field.responsible")}
          placeholder={t("field.responsible")}
          data={(catalogues.data?.employees ?? []).map((each) => ({
            value: each.id,
            label: each.id === me.id ? t("list.me", { name: each.name }) : each.name,
          }))}
          value={params.get("responsible")}
          onChange={(value) => set("responsible", value)}
        />
        <Select
          w={130}
          clearable
          allowDeselect
          aria-label={t("list.flag")}
          placeholder={t("list.flag")}
          data={(["late", "stuck"] as const).map((value) => ({ value, label: t(`timer.${value}`) }))}
          value={params.get("flag")}
          onChange={(value) => set("flag", value)}
        />
      </div>
      <p className="sr-only" role="status">
        {said}
      </p>
      {board.isError && data === undefined ? (
        <ErrorState error={board.error} onRetry={() => void board.refetch()} />
      ) : catalogues.data !== undefined && kinds.length === 0 ? (
        <Empty icon={<IconLayoutKanban />} title={t("board.noKinds")} text={t("board.noKindsHint")} />
      ) : data === undefined ? (
        <div className={classes["columns"]} aria-busy="true">
          {[0, 1, 2, 3].map((n) => (
            <Skeleton key={n} className={classes["column"] ?? ""} radius="md" />
          ))}
        </div>
      ) : data.cards.length === 0 && (settled !== "" || params.get("responsible") !== null || params.get("flag") !== null) ? (
        <Empty icon={<IconSearch />} title={t("common:nothingFound")} text={t("list.nothing")} />
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: keys and clicks bubble from the cards
        <div
          ref={root}
          className={classes["columns"]}
          aria-busy={board.isPlaceholderData}
          onKeyDown={onKey}
          onFocus={(event) => {
            const id = (event.target as HTMLElement).dataset["card"];
            if (id !== undefined && id !== activeId) setActive(id);
          }}
          onClick={(event) => {
            const id = (event.target as HTMLElement).closest<HTMLElement>("[data-card]")?.dataset["card"];
            if (id !== undefined) void navigate(`/interests/${id}`);
          }}
        >
          {data.columns.map((column) => (
            <BoardColumnView
              key={column.id}
              column={column}
              cards={cards.get(column.id) ?? []}
              now={now}
              activeId={activeId}
              first={column.id === firstColumn}
              onDrop={(cardId, stageId) =>
                go(
                  data.cards.find((c) => c.id === cardId),
                  stageId,
                )
              }
            />
          ))}
        </div>
      )}
      {refusal === null ? null : (
        <MoveBox
          refusal={refusal}
          stageName={name(data?.columns.find((c) => c.id === refusal.stageId))}
          onClose={() => setRefusal(null)}
          onMoved={async (row) => {
            setRefusal(null);
            setSaid(t("board.moved", { number: row.number, stage: name(row.stage) }));
            await refresh([row.id]);
          }}
        />
      )}
    </div>
  );
}
