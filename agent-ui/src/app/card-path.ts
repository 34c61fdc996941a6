/** Where the card of a thing is, if it has a page. */
export function cardPath(kind: string, id: string): string | null {
  const pages: Record<string, string> = {
    customer: "customers/",
    contact: "customers/contacts/",
    lead: "leads/",
    interest: "interests/",
    interaction: "events?event=",
    inquiry: "inquiries?inquiry=",
    task: "tasks/",
    dialog: "dialogs/",
  };
  return pages[kind] === undefined ? null : `/${pages[kind]}${id}`;
}
