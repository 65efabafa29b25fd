/** The messages in German. */
import type { LanguageTexts } from './message-text.ts'

const notYou = 'Wenn Sie das nicht waren, melden Sie sich sofort bei Ihrem Helpdesk{helpDesk}.'

export const german: LanguageTexts = {
  greeting: 'Guten Tag {name},',
  greetingWithoutName: 'Guten Tag,',
  ending: 'Diese Nachricht hat {product} geschrieben; Antworten darauf liest niemand.',
  kinds: { TOTP: 'eine Authenticator-App', WEBAUTHN: 'ein Passkey', SMS: 'Codes per SMS', RECOVERY_CODES: 'Wiederherstellungscodes', EMAIL: 'eine E-Mail-Adresse', SSH: 'ein SSH-Schlüssel', API: 'ein API-Schlüssel' },
  andOthers: 'und weitere, die hier nicht stehen: Ihren kennt der Helpdesk{helpDesk}',
  messages: {
    'password-reset': {
      subject: 'Neues Passwort wählen',
      paragraphs: ['Jemand, vermutlich Sie, hat um ein neues Passwort gebeten. Wählen Sie es hier innerhalb von {minutes} Minuten:', '{link}', 'Der Link gilt einmal. Wenn Sie nicht darum gebeten haben, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.'],
      button: 'Neues Passwort wählen',
    },
    'account-unlock': {
      subject: 'Konto entsperren',
      paragraphs: ['Ihr Konto wurde nach zu vielen falschen Passwörtern gesperrt. Entsperren Sie es hier innerhalb von {minutes} Minuten:', '{link}', 'Der Link gilt einmal. Wenn Sie nicht darum gebeten haben, brauchen Sie nichts zu tun.'],
      button: 'Entsperren',
    },
    invitation: {
      subject: 'Ihr Konto ist bereit',
      paragraphs: ['Für Sie wurde ein Konto angelegt. Ihr Benutzername ist {userName}. Wählen Sie hier innerhalb von 7 Tagen Ihr Passwort:', '{link}', 'Der Link gilt einmal. Ist er abgelaufen, fordern Sie auf der Anmeldeseite einen neuen an.', 'Wenn Sie Hilfe brauchen oder von diesem Konto nichts wissen, fragen Sie Ihren Helpdesk{helpDesk}.'],
      button: 'Passwort wählen',
    },
    'sign-in-code': {
      subject: 'Ihr Code für die Anmeldung',
      paragraphs: ['Ihr Code für die Anmeldung lautet {code}. Er gilt {minutes} Minuten.', 'Nennen Sie ihn niemandem, auch nicht dem Helpdesk. Wenn Sie sich gerade nicht anmelden, ändern Sie Ihr Passwort.'],
      sms: '{code} ist Ihr Code für die Anmeldung bei {product}, gültig {minutes} Minuten. Nennen Sie ihn niemandem.',
    },
    'reset-code': {
      subject: 'Ihr Code für ein neues Passwort',
      paragraphs: ['Ihr Code für ein neues Passwort lautet {code}. Er gilt {minutes} Minuten.', 'Nennen Sie ihn niemandem, auch nicht dem Helpdesk.'],
      sms: '{code} ist Ihr Code für ein neues Passwort bei {product}, gültig {minutes} Minuten. Nennen Sie ihn niemandem.',
    },
    'address-code': {
      subject: 'Adresse bestätigen',
      paragraphs: ['Der Code, der diese Adresse bestätigt, lautet {code}. Er gilt {minutes} Minuten.', 'Wenn Sie davon nichts wissen, brauchen Sie nichts zu tun.'],
      sms: '{code} bestätigt diese Nummer bei {product}, gültig {minutes} Minuten.',
    },
    'user-name': { subject: 'Ihr Benutzername', paragraphs: ['Sie melden sich an als: {userNames}.', 'Wenn Sie nicht danach gefragt haben, brauchen Sie nichts zu tun.'] },
    'account-locked': { subject: 'Ihr Passwort ist vorübergehend gesperrt', paragraphs: ['Das Anmelden mit Ihrem Passwort wurde am {at} nach zu vielen falschen Passwörtern oder Codes gesperrt. Wo Sie angemeldet sind, bleiben Sie es, außer wo falsche Codes eingegeben wurden.', `Sie können es auf der Anmeldeseite selbst entsperren; meist öffnet es sich nach einiger Zeit auch von selbst. ${notYou}`] },
    'password-closed': { subject: 'Ihr Passwort gilt nicht mehr', paragraphs: ['Ihr Passwort wurde am {at} nach hundert falschen Eingaben hintereinander geschlossen. Von selbst öffnet es sich nicht: Auch mit dem richtigen kommt jetzt niemand mehr hinein.', 'Wählen Sie auf der Anmeldeseite unter „Passwort vergessen?“ ein neues, oder fragen Sie Ihren Helpdesk{helpDesk}. Wenn nicht Sie es versucht haben: Damit ist niemand hineingekommen. Wir fragen nie per E-Mail nach einem Passwort.'] },
    'account-locked-by-administrator': { subject: 'Ihr Konto ist gesperrt', paragraphs: ['Am {at} hat die Administration Ihr Konto gesperrt.', 'Nur sie kann es wieder entsperren. Wenn Sie den Grund nicht kennen, fragen Sie Ihren Helpdesk{helpDesk}.'] },
    'new-sign-in': {
      subject: 'Anmeldung von einem neuen Ort',
      paragraphs: ['Am {at} hat sich jemand mit Ihrem Konto von einem Gerät oder einer Adresse angemeldet, die wir noch nicht kannten.', 'Gerät: {device}', 'Adresse: {address}', notYou],
    },
    'password-known': {
      subject: 'Jemand hat Ihr Passwort eingegeben',
      paragraphs: ['Am {at} hat jemand Ihr richtiges Passwort eingegeben, auf einem Gerät oder von einer Adresse, die wir noch nicht kannten. Hineingekommen ist damit niemand: Diese Anmeldung wurde nicht zu Ende geführt.', 'Gerät: {device}', 'Adresse: {address}', 'Wenn Sie das waren, ist nichts zu tun. Wenn nicht, kennt jemand Ihr Passwort: Melden Sie sich an, wählen Sie ein anderes, und sagen Sie Ihrem Helpdesk{helpDesk} Bescheid.'],
    },
    'sign-in-unfinished': {
      subject: 'Jemand hat eine Anmeldung mit Ihrem Konto begonnen',
      paragraphs: ['Am {at} hat jemand begonnen, sich mit Ihrem Konto anzumelden, mit einem Ihrer Passkeys oder über eine andere Stelle, bei der Sie sich anmelden, auf einem Gerät oder von einer Adresse, die wir noch nicht kannten. Hineingekommen ist damit niemand: Diese Anmeldung wurde nicht zu Ende geführt.', 'Gerät: {device}', 'Adresse: {address}', 'Wenn Sie das waren, ist nichts zu tun. Wenn nicht, hat jemand anderes einen Ihrer Passkeys oder jenes andere Konto in der Hand: Melden Sie sich sofort bei Ihrem Helpdesk{helpDesk}.'],
    },
    'password-changed': { subject: 'Ihr Passwort wurde geändert', paragraphs: ['Ihr Passwort wurde am {at} geändert.', notYou] },
    'password-change-demanded': { subject: 'Wählen Sie ein neues Passwort', paragraphs: ['Am {at} wurde festgelegt, dass Sie ein neues Passwort wählen müssen, weil jemand anderes Ihres kennen könnte.', 'Sie werden danach gefragt, wenn Sie sich das nächste Mal mit Ihrem Passwort anmelden. Wir fragen nie per E-Mail nach einem Passwort.'] },
    'user-name-changed': { subject: 'Ihr Benutzername wurde geändert', paragraphs: ['Am {at} wurde Ihr Benutzername von {before} in {after} geändert.', notYou] },
    'email-changed': { subject: 'Ihre E-Mail-Adresse wurde geändert', paragraphs: ['Die E-Mail-Adressen Ihres Kontos wurden am {at} geändert.', 'Vorher: {before}', 'Jetzt: {after}', notYou] },
    'email-proved': { subject: 'Eine E-Mail-Adresse wurde bestätigt', paragraphs: ['Am {at} wurde in Ihrem Konto ein Code eingegeben, der an {address} ging. Damit ist bestätigt, dass die Adresse Ihnen gehört; Mails zur Sicherheit Ihres Kontos gehen dorthin.', notYou] },
    'phone-changed': { subject: 'Ihre Telefonnummer wurde geändert', paragraphs: ['Die Telefonnummern Ihres Kontos wurden am {at} geändert.', 'Vorher: {before}', 'Jetzt: {after}', notYou] },
    'factor-added': { subject: 'Ein Anmeldeverfahren ist dazugekommen', paragraphs: ['Am {at} kam zu Ihrem Konto ein Anmeldeverfahren hinzu: {name}.', notYou] },
    'factor-removed': { subject: 'Ein Anmeldeverfahren wurde entfernt', paragraphs: ['Am {at} wurde von Ihrem Konto ein Anmeldeverfahren entfernt: {name}.', notYou] },
    'sms-switched-off': { subject: 'Codes per SMS wurden für eine Ihrer Nummern abgeschaltet', paragraphs: ['Am {at} wurden Codes per SMS für eine Telefonnummer Ihres Kontos abgeschaltet: {number}. Dorthin geht kein Code mehr.', notYou] },
    'number-set-aside': { subject: 'Ein Anmeldeverfahren ist vorerst zurückgestellt', paragraphs: ['Am {at} wurde Ihr Passwort mit einem Code an ein Telefon zurückgesetzt; deshalb ist dieses Anmeldeverfahren zurückgestellt: {name}.', 'Es wird wieder verlangt, sobald Sie ein anderes Ihrer Anmeldeverfahren nachgewiesen haben.', notYou] },
    'passkey-copied': { subject: 'Einer Ihrer Passkeys wurde vielleicht kopiert', paragraphs: ['Am {at} wurde Ihr Passkey {name} mit einem Zählerstand verwendet, den er schon überschritten hatte. Das kommt vor, wenn jemand anderes eine Kopie davon hat. Er wurde abgelehnt.', 'Entfernen Sie den Passkey in Ihrem Konto, legen Sie einen neuen an und melden Sie es Ihrem Helpdesk{helpDesk}.'] },
    'recovery-code-used': { subject: 'Ein Wiederherstellungscode wurde benutzt', paragraphs: ['Am {at} wurde einer Ihrer Wiederherstellungscodes anstelle eines anderen Anmeldeverfahrens benutzt.', 'Übrige Codes: {left}. Neue können Sie in Ihrem Konto erzeugen.', notYou] },
    'questions-changed': { subject: 'Ihre Sicherheitsfragen wurden geändert', paragraphs: ['Am {at} wurden die Antworten auf Ihre Sicherheitsfragen gesetzt oder entfernt.', notYou] },
    'key-added': { subject: 'Ein Schlüssel ist dazugekommen', paragraphs: ['Am {at} kam zu Ihrem Konto ein Schlüssel hinzu: {name}.', notYou] },
    'key-removed': { subject: 'Ein Schlüssel wurde entfernt', paragraphs: ['Am {at} wurde von Ihrem Konto ein Schlüssel entfernt: {name}. Mit ihm kommt nichts mehr hinein.', notYou] },
    'password-expires': { subject: 'Ihr Passwort läuft bald ab', paragraphs: ['Ihr Passwort läuft am {expires} ab.', 'Wählen Sie vorher in Ihrem Konto ein neues. Wir fragen nie per E-Mail nach einem Passwort.'] },
    'membership-ends': { subject: 'Ein Zugang von Ihnen endet bald', paragraphs: ['Ihre Zugehörigkeit zu {name} endet am {end}.', 'Wenn Sie sie länger brauchen, wenden Sie sich an die Person, die sie Ihnen gegeben hat.'] },
  },
}
