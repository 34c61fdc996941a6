import type { DuplicatePair } from "@kommutator/contract/api/duplicate";
import { Anchor, Button, Group, Modal, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { IconCopyCheck } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../app/api.ts";
import { FormFoot } from "../../app/FormFoot.tsx";
import { showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Empty, NoRight } from "../../app/states.tsx";
import classes from "./customer.module.css";
import { cardPath, Level, Signals } from "./DuplicateHint.tsx";
import { Register } from "./Register.tsx";
import { Sections } from "./Sections.tsx";

type Row = DuplicatePair & { id: string };

/** Where a pair is decided: two of a kind side by side; a lead that is like a card is converted on its own card. */
function mergePath({ a, b }: DuplicatePair): string {
  if (a.card === b.card) return `/customers/merge?card=${a.card}&a=${a.id}&b=${b.id}`;
  return cardPath(a.card === "lead" ? a : b);
}

/** Pairs that may be one client (CB-12), most alike first: compare and merge, or say once for all that they are two. */
export function DuplicatesPage() {
  const { t } = useTranslation("customer");
  const can = useCan();
  const [level, setLevel] = useState("all");
  const [card, setCard] = useState("all");
  const [asked, setAsked] = useState<Row | null>(null);
  if (can("customer", "read") === null) return <NoRight />;
  const decides = can("customer", "assign") !== null;
  return (
    <>
      <Register<Row>
        title={t("dup.title")}
        path="/duplicates"
        queryKey={keys.customers("pairs")}
        idOf={(pair) => `${pair.a.id}${pair.b.id}`}
        query={{ level: level === "all" ? undefined : level, card: card === "all" ? undefined : card }}
        to={(pair) => ({ path: mergePath(pair) })}
        filters={
          <>
            <SegmentedControl
              size="xs"
              aria-label={t("dup.score")}
              value={level}
              onChange={setLevel}
              data={[
                { value: "all", label: t("dup.all") },
                { value: "certain", label: t("dup.certain") },
                { value: "probable", label: t("dup.probable") },
              ]}
            />
            <SegmentedControl
              size="xs"
              aria-label={t("field.kind")}
              value={card}
              onChange={setCard}
              data={[
                { value: "all", label: t("dup.all") },
                ...(["customer", "contact", "lead"] as const).map((each) => ({ value: each, label: t(`dup.card.${each}`) })),
              ]}
            />
          </>
        }
        actions={<Sections />}
        note={t("dup.purpose")}
        columns={[
          { name: "score", label: t("dup.score"), cell: (pair) => <Level level={pair.level} score={pair.score} /> },
          { name: "a", label: t("dup.first"), title: (pair) => pair.a.detail, cell: (pair) => <Side of={pair.a} /> },
          { name: "b", label: t("dup.second"), title: (pair) => pair.b.detail, cell: (pair) => <Side of={pair.b} /> },
          { name: "signals", label: t("dup.signals"), cell: (pair) => <Signals signals={pair.signals} /> },
          {
            name: "actions",
            label: "",
            cell: (pair) =>
              !decides ? null : (
                <Group gap={6} wrap="nowrap" justify="flex-end">
                  <Button component={Link} to={mergePath(pair)} size="compact-xs">
                    {t(pair.a.card === pair.b.card ? "dup.compare" : "dup.convert")}
                  </Button>
                  <Button size="compact-xs" variant="default" onClick={() => setAsked(pair)}>
                    {t("dup.notOne")}
                  </Button>
                </Group>
              ),
          },
        ]}
        empty={<Empty icon={<IconCopyCheck />} title={t("dup.empty")} text={t("dup.emptyHint")} />}
        nothing={<Empty icon={<IconCopyCheck />} title={t("dup.empty")} text={t("dup.emptyHint")} />}
      />
      {asked === null ? null : <NotOne pair={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function Side({ of }: { of: DuplicatePair["a"] }) {
  const { t } = useTranslation("customer");
  return (
    <div style={{ minWidth: 0 }}>
      <Anchor component={Link} to={cardPath(of)} className={classes["name"] ?? ""}>
        {of.name || t("common:party.nameless")}
      </Anchor>
      <div className={classes["second"]}>{[t(`dup.card.${of.card}`), of.detail, of.responsible?.name].filter(Boolean).join(" · ")}</div>
    </div>
  );
}

/** "These are two": remembered until something they have in common changes. */
function NotOne({ pair, onClose }: { pair: DuplicatePair; onClose: () => void }) {
  const { t } = useTranslation("customer");
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const say = useMutation({
    mutationFn: () => api.post("/duplicates/decide", { aId: pair.a.id, bId: pair.b.id, reason: reason.trim() === "" ? null : reason.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.customers("pairs") });
      onClose();
    },
    onError: showFailure,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      closeButtonProps={{ "aria-label": t("common:close") }}
      title={[pair.a, pair.b].map((each) => each.name || t("common:party.nameless")).join(" ≠ ")}
    >
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          say.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput data-autofocus label={t("dup.why")} maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          <FormFoot label={t("dup.notOne")} busy={say.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
