import type { Reception } from "@kommutator/contract/api/inquiry";
import { Badge, Button, Group, SimpleGrid, TextInput } from "@mantine/core";
import { IconSearch, IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePhone } from "../../app/format.ts";
import { usePartyName } from "../../app/party.ts";
import { FaultText } from "./FaultText.tsx";
import type { Who } from "./form.ts";
import { type Found, usePeople } from "./queries.ts";
import classes from "./reception.module.css";

/** What is asked of somebody not yet known: at most four fields, and no address that the dialog itself has given. */
function LeadFields<W extends Extract<Who, { contactName: string }>>(props: {
  who: W;
  asks: (kind: "phone" | "email") => boolean;
  faulty: { phone?: boolean; email?: boolean };
  onChange: (who: W) => void;
}) {
  const { t } = useTranslation("reception");
  const { who, asks, faulty, onChange } = props;
  const field = (name: "contactName" | "companyName" | "phone" | "email", kind?: "phone" | "email") => (
    <TextInput
      size="xs"
      type={kind === "phone" ? "tel" : (kind ?? "text")}
      label={t(`who.${name}`)}
      value={who[name]}
      error={kind !== undefined && faulty[kind] === true}
      onChange={(event) => onChange({ ...who, [name]: event.currentTarget.value })}
    />
  );
  return (
    <SimpleGrid cols={2} spacing={8} mt={6}>
      {field("contactName")}
      {field("companyName")}
      {asks("phone") ? field("phone", "phone") : null}
      {asks("email") ? field("email", "email") : null}
    </SimpleGrid>
  );
}

/** Who it is: recognised, chosen among several, searched, or a new lead of at most four fields. */
export function WhoStep({
  reception,
  who,
  onChange,
  finding,
  onFound,
  fault,
  contactFault,
}: {
  reception: Reception;
  who: Who | null;
  onChange: (who: Who) => void;
  /** The found person is being told to the server. */
  finding: boolean;
  onFound: (person: Found) => void;
  fault: string | null;
  contactFault: string | null;
}) {
  const { t } = useTranslation("reception");
  const [searching, setSearching] = useState(false);
  const nameOf = usePartyName();
  const { identity } = reception;
  const newLead = (): Who => ({
    kind: "new-lead",
    contactName: "",
    companyName: "",
    phone: identity.kind === "phone" ? (identity.value ?? "") : "",
    email: identity.kind === "email" ? (identity.value ?? "") : "",
  });
  return (
    <fieldset className={classes["step"]} data-fault={fault !== null || contactFault !== null}>
      <legend>{t("who.title")}</legend>
      {who === null && identity.candidates.length > 0 ? (
        <div className={classes["choices"]}>
          {identity.candidates.map((each) => (
            <Button
              key={`${each.customerId}-${each.contactId ?? ""}`}
              variant="default"
              justify="flex-start"
              loading={finding}
              onClick={() => onFound({ customerId: each.customerId, contactId: each.contactId, leadId: null, name: each.name })}
            >
              {each.name}
            </Button>
          ))}
        </div>
      ) : null}
      {who?.kind === "customer" || who?.kind === "lead" ? (
        <Group gap={8} wrap="nowrap">
          <span className={classes["chosen"]} title={who.name}>
            {nameOf({ name: who.name, identityKind: identity.kind, identityValue: identity.value, result: who.kind })}
          </span>
          {who.kind === "lead" ? (
            <Badge variant="light" size="sm" style={{ flexShrink: 0 }}>
              {t("who.lead")}
            </Badge>
          ) : null}
        </Group>
      ) : null}
      {who?.kind === "lead" && reception.inquiry.dialogId !== null ? (
        <LeadFields
          who={who}
          asks={(kind) => identity.kind !== kind || identity.value === null}
          faulty={{ email: contactFault !== null }}
          onChange={onChange}
        />
      ) : null}
      {who?.kind === "new-lead" ? (
        <LeadFields who={who} asks={() => true} faulty={{ phone: contactFault !== null, email: contactFault !== null }} onChange={onChange} />
      ) : null}
      <FaultText text={fault ?? contactFault} />
      {searching ? (
        <PersonSearch
          onPick={(hit) => {
            setSearching(false);
            onFound(hit);
          }}
          onClose={() => setSearching(false)}
        />
      ) : (
        <Group gap={6} mt={6}>
          <Button size="compact-xs" variant="subtle" leftSection={<IconSearch size={14} />} onClick={() => setSearching(true)}>
            {t(who === null || who.kind === "new-lead" ? "who.search" : "who.other")}
          </Button>
          {who?.kind === "new-lead" ? null : (
            <Button size="compact-xs" variant="subtle" leftSection={<IconUserPlus size={14} />} onClick={() => onChange(newLead())}>
              {t("who.newLead")}
            </Button>
          )}
        </Group>
      )}
    </fieldset>
  );
}

/** Suggestions while typing: phone fragment, e-mail, company, surname. Arrows and Enter choose, Esc leaves. */
export function PersonSearch({ onPick, onClose }: { onPick: (who: Found) => void; onClose: () => void }) {
  const { t } = useTranslation("reception");
  const phone = usePhone();
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const people = usePeople(q);
  const hits = q.trim().length < 2 ? [] : (people.data ?? []);
  const pick = (index: number) => {
    const hit = hits[index];
    if (hit === undefined) return;
    if (hit.kind === "lead") onPick({ customerId: null, contactId: null, leadId: hit.id, name: hit.name });
    else if (hit.kind === "customer") onPick({ customerId: hit.id, contactId: null, leadId: null, name: hit.name });
    else onPick({ customerId: hit.customerId, contactId: hit.id, leadId: null, name: hit.name });
  };
  return (
    <div className={classes["search"]}>
      <TextInput
        size="xs"
        autoFocus
        role="combobox"
        aria-expanded={hits.length > 0}
        aria-controls="person-hits"
        aria-activedescendant={hits.length > 0 ? `person-hit-${at}` : undefined}
        aria-label={t("who.search")}
        placeholder={t("who.searchHint")}
        leftSection={<IconSearch size={14} />}
        value={q}
        onChange={(event) => {
          setQ(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt((before) => Math.min(hits.length - 1, before + 1));
          else if (event.key === "ArrowUp") setAt((before) => Math.max(0, before - 1));
          else if (event.key === "Enter" && !event.ctrlKey) pick(at);
          else if (event.key === "Escape") onClose();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <div id="person-hits" role="listbox" aria-label={t("who.found")} className={classes["hits"]}>
        {hits.map((hit, index) => (
          <button
            type="button"
            key={`${hit.kind}-${hit.id}`}
            id={`person-hit-${index}`}
            role="option"
            aria-selected={index === at}
            className={classes["hit"]}
            onMouseEnter={() => setAt(index)}
            onClick={() => pick(index)}
          >
            <span className={classes["hitName"]}>{hit.name || t("common:party.nameless")}</span>
            <span className={classes["dim"]}>{[t(`who.kind.${hit.kind}`), phone(hit.detail), hit.responsible?.name].filter(Boolean).join(" · ")}</span>
          </button>
        ))}
        {q.trim().length >= 2 && people.isSuccess && hits.length === 0 ? <div className={classes["dim"]}>{t("who.notFound")}</div> : null}
        {people.isError ? <div className={classes["dim"]}>{t("who.searchFailed")}</div> : null}
      </div>
    </div>
  );
}
