/** What visitors read in the form, in the language of the site; nothing in it is markup. */
export interface FormWords {
  form: string;
  name: string;
  phone: string;
  message: string;
  send: string;
}

/** What a site's owner puts into the page as it stands: our script, and a form that works at once and may be changed as the site likes. */
export function formExample(origin: string, channelId: string, words: FormWords): string {
  return `<script src="${origin}/widget/form.js" data-channel="${channelId}" defer></script>
<form data-kommutator-form="${words.form}">
  <p><label>${words.name} <input name="name" autocomplete="name"></label></p>
  <p><label>${words.phone} <input name="phone" type="tel" autocomplete="tel" required></label></p>
  <p><label>${words.message} <textarea name="message"></textarea></label></p>
  <p><button>${words.send}</button></p>
</form>`;
}
