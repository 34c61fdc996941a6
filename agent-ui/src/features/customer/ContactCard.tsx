import type { ContactCard as Card } from "@kommutator/contract/api/customer";
import { ActionIcon, Button, Modal, Skeleton, Stack, TextInput } from "@mantine/core";
import { IconArrowLeft, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api } from "../../app/api.ts";
import { FormFoot } from "../../app/FormFoot.tsx";
import { failureText } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { ErrorState } from "../../app/states.tsx";
import { AuditLink } from "../administration/AuditLink.tsx";
import { CardAnnex } from "../files/CardAnnex.tsx";
import { ContactForm } from "./ContactForm.tsx";
import { ContactPoints } from "./ContactPoints.tsx";
import { CustomerPicker } from "./CustomerPicker.tsx";
import classes from "./customer.module.css";
import { Feed } from "./Feed.tsx";
import { Merges } from "./Merges.tsx";
import { PersonLine } from "./PersonLine.tsx";

/** The human: every company, how to reach, what was merged into it (CB-02); the history with them on the right (IA-06). */
export function ContactCard() {
  const { t } = useTranslation("customer");
  const id = useParams()["id"] ?? "";
  const can = useCan();
  const format = useFormat();
  const [editing, setEditing] = useState<string | null>(null);
  const [linking, setLinking] = useState(false);
  // Its first word is the customer's: what changes a card changes its people.
  const query = useQuery({ queryKey: keys.customer(id, "contact"), queryFn: ({ signal }) => api.get<Card>(`/contacts/${id}`, { signal }) });
  if (query.isPending)
    return (
      <div className={classes["page"]} aria-busy="true">
        <Skeleton height={34} width={320} />
        <Skeleton height={260} radius="md" />
      </div>
    );
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const contact = query.data;
  const editable = can("customer", "edit") !== null;
  const company = contact.companies.find((each) => each.customerId === editing);
  return (
    <div className={classes["page"]}>
      <div className={classes["head"]}>
        <ActionIcon component={Link} to="/customers/contacts" aria-label={t("contact.back")}>
          <IconArrowLeft size={19} />
        </ActionIcon>
        <h1>{contact.name}</h1>
        <span className={classes["dim"]}>{contact.code}</span>
        {contact.birthDate === null ? null : <span className={classes["dim"]}>{format.date(contact.birthDate)}</span>}
        <span style={{ flex: 1 }} />
        <AuditLink kind="contact" id={id} />
      </div>
      <div className={classes["card"]}>
        <div>
          <section className={classes["block"]} aria-labelledby="companies">
            <div className={classes["blockHead"]}>
              <h2 id="companies">{t("contact.companies")}</h2>
              {editable ? (
                <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} />} onClick={() => setLinking(true)}>
                  {t("contact.addCompany")}
                </Button>
              ) : null}
            </div>
            {contact.companies.map((each) => (
              <div key={each.customerId} className={classes["person"]}>
                <PersonLine
                  to={`/customers/${each.customerId}`}
                  name={each.name}
                  part={[each.position, each.role].filter(Boolean).join(" · ")}
                  isPrimary={each.isPrimary}
                  over={each.leftAt === null ? null : t("contact.former", { at: format.date(each.leftAt) })}
                  editLabel={t("card.editPerson", { name: `${contact.name}, ${each.name}` })}
                  onEdit={editable ? () => setEditing(each.customerId) : null}
                />
              </div>
            ))}
          </section>
          <section className={classes["block"]} aria-labelledby="points">
            <div className={classes["blockHead"]}>
              <h2 id="points">{t("card.points")}</h2>
            </div>
            <ContactPoints points={contact.contactPoints} holder={{ contactId: contact.id }} editable={editable} about={{}} />
          </section>
          <CardAnnex object="contact" id={id} editable={editable} />
          <Merges card="contact" id={contact.id} />
        </div>
        <section className={classes["block"]} aria-labelledby="feed">
          <div className={classes["blockHead"]}>
            <h2 id="feed">{t("feed.title")}</h2>
          </div>
          <Feed of="contact" id={contact.id} />
        </section>
      </div>
      {company === undefined ? null : (
        <ContactForm
          customerId={company.customerId}
          contact={{ ...contact, position: company.position, role: company.role, isPrimary: company.isPrimary, leftAt: company.leftAt }}
          onClose={() => setEditing(null)}
        />
      )}
      {linking ? <LinkCompany contactId={contact.id} onClose={() => setLinking(false)} /> : null}
    </div>
  );
}

/** The same human at one more company: one contact, two links. */
function LinkCompany({ contactId, onClose }: { contactId: string; onClose: () => void }) {
  const { t } = useTranslation("customer");
  const client = useQueryClient();
  const [company, setCompany] = useState<string | null>(null);
  const [position, setPosition] = useState("");
  const link = useMutation({
    mutationFn: () => api.post(`/customers/${company}/contacts`, { contactId, position: position.trim() === "" ? null : position.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.customer(contactId) });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} closeButtonProps={{ "aria-label": t("common:close") }} title={t("contact.toCompany")}>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (company !== null) link.mutate();
        }}
      >
        <Stack gap="sm">
          <CustomerPicker value={company} onChange={setCompany} error={link.isError ? failureText(link.error) : null} />
          <TextInput label={t("field.position")} maxLength={200} value={position} onChange={(event) => setPosition(event.currentTarget.value)} />
          <FormFoot label={t("common:add")} busy={link.isPending} disabled={company === null} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
