import type { DuplicateCandidate, DuplicateCheckResult } from "@kommutator/contract/api/duplicate";
import { Alert, Anchor, Badge, Button, Group, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconCopy } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { z } from "zod";
import { ApiError, api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import classes from "./customer.module.css";

export type Check = z.infer<typeof DuplicateCheckResult>;
export interface Typed {
  card: "customer" | "contact" | "lead";
  id?: string | null;
  kind?: "company" | "person";
  name: string;
  companyName?: string | null;
  taxId?: string | null;
  birthDate?: string | null;
  regionId?: string | null;
  contactPoints: { kind: string; value: string; isShared?: boolean }[];
}

/** The certain twins for which a save was refused: what the whole card says may be more than what is typed. */
export function twinsOf(error: unknown): Check | null {
  if (!(error instanceof ApiError) || error.code !== "duplicate" || !Array.isArray(error.details["candidates"])) return null;
  return { candidates: error.details["candidates"] as DuplicateCandidate[], colleagues: [], similar: [], mayDiffer: error.details["mayDiffer"] === true };
}

/** Asks while one types, a moment after the last key; nothing is asked for fewer than three letters without a number. */
export function useDuplicates(typed: Typed): Check | null {
  const [settled] = useDebouncedValue(typed, 300);
  const points = settled.contactPoints.filter((p) => p.value.trim().length >= 5);
  const enough =
    [settled.name, settled.companyName ?? ""].some((name) => name.trim().length >= 3) || points.length > 0 || (settled.taxId ?? "").trim().length >= 5;
  const query = useQuery({
    queryKey: keys.customers("duplicates", settled),
    queryFn: () => api.post<Check>("/duplicates/check", { ...settled, contactPoints: points }),
    enabled: enough,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  return enough ? (query.data ?? null) : null;
}

/** Where a candidate's card stands. */
export function cardPath(ref: { card: string; id: string; customerId: string | null }): string {
  if (ref.card === "lead") return `/leads/${ref.id}`;
  return ref.card === "contact" ? `/customers/contacts/${ref.id}` : `/customers/${ref.id}`;
}

/** What matches, in words; the value on hover. */
export function Signals({ signals }: { signals: DuplicateCandidate["signals"] }) {
  const { t } = useTranslation("customer");
  return (
    <Group gap={4}>
      {signals.map((s) => (
        <Badge key={s.code} size="xs" variant="light" color={s.weight === 0 ? "red" : s.weight >= 0.7 ? "blue" : "gray"} title={s.value ?? undefined}>
          {t(`dup.signal.${s.code}`)}
        </Badge>
      ))}
    </Group>
  );
}

export function Level({ level, score }: { level: "certain" | "probable"; score: number }) {
  const { t } = useTranslation("customer");
  return (
    <Badge size="sm" color={level === "certain" ? "red" : "yellow"} variant="light" style={{ fontVariantNumeric: "tabular-nums" }}>
      {t(`dup.${level}`)} {Math.round(score * 100)} %
    </Badge>
  );
}

/**
 * Who this may be (CB-12): certain and probable twins with what matches, colleagues and similar names below. A certain one asks for the reason,
 * from whoever may give it.
 */
export function DuplicateHint({
  check,
  reason,
  onReason,
  onTake,
  takes,
}: {
  check: Check | null;
  reason?: string;
  onReason?: (reason: string) => void;
  /** Takes the found card instead of making another one. */
  onTake?: (candidate: DuplicateCandidate) => void;
  /** Only cards of this kind can be taken. */
  takes?: "customer" | "contact";
}) {
  const { t } = useTranslation("customer");
  if (check === null || check.candidates.length + check.colleagues.length + check.similar.length === 0) return null;
  const certain = check.candidates.some((c) => c.level === "certain");
  return (
    <Alert
      variant="default"
      className={classes["hint"]}
      data-level={certain ? "certain" : check.candidates.length > 0 ? "probable" : "none"}
      styles={{ body: { minWidth: 0 }, message: { minWidth: 0 } }}
      icon={<IconCopy size={18} />}
      title={check.candidates.length > 0 ? t("dup.hint") : undefined}
      role="status"
      py="xs"
    >
      {check.candidates.map((c) => (
        <Group key={c.id} gap={8} py={3} wrap="nowrap" align="flex-start">
          <Level level={c.level} score={c.score} />
          <div className={classes["hintBody"]}>
            <Anchor component={Link} to={cardPath(c)} target="_blank" size="sm" fw={600}>
              {c.name || t("common:party.nameless")}
            </Anchor>
            <Text size="xs" c="dimmed" truncate title={c.detail}>
              {[t(`dup.card.${c.card}`), c.detail, c.responsible?.name].filter(Boolean).join(" · ")}
            </Text>
            <Signals signals={c.signals} />
          </div>
          {onTake === undefined || c.card === "lead" || (takes !== undefined && c.card !== takes) ? null : (
            <Button size="compact-xs" variant="default" style={{ flex: "none" }} onClick={() => onTake(c)}>
              {t("assistant.use")}
            </Button>
          )}
        </Group>
      ))}
      {(["colleagues", "similar"] as const).map((list) =>
        check[list].length === 0 ? null : (
          <Text key={list} size="xs" c="dimmed" mt={4}>
            {t(`dup.${list}`)}:{" "}
            {check[list].slice(0, 4).map((ref, index) => (
              <span key={ref.id}>
                {index === 0 ? "" : ", "}
                <Anchor component={Link} to={cardPath(ref)} target="_blank" size="xs" title={ref.detail}>
                  {ref.name || t("common:party.nameless")}
                </Anchor>
              </span>
            ))}
          </Text>
        ),
      )}
      {!certain || onReason === undefined ? null : check.mayDiffer ? (
        <TextInput mt={6} size="xs" label={t("dup.differs")} maxLength={500} value={reason ?? ""} onChange={(event) => onReason(event.currentTarget.value)} />
      ) : (
        <Text size="xs" mt={6}>
          {t("dup.mayNot")}
        </Text>
      )}
    </Alert>
  );
}
