/** The messages in French. */
import type { LanguageTexts } from './message-text.ts'

const notYou = 'Si ce n’était pas vous, prévenez immédiatement votre service d’assistance{helpDesk}.'

export const french: LanguageTexts = {
  greeting: 'Bonjour {name},',
  greetingWithoutName: 'Bonjour,',
  ending: 'Ce message a été écrit par {product} ; personne ne lit les réponses.',
  kinds: { TOTP: 'une application d’authentification', WEBAUTHN: 'une clé d’accès', SMS: 'des codes par SMS', RECOVERY_CODES: 'des codes de récupération', EMAIL: 'une adresse électronique', SSH: 'une clé SSH', API: 'une clé d’API' },
  andOthers: 'et d’autres qui ne figurent pas ici : votre service d’assistance{helpDesk} connaît le vôtre',
  messages: {
    'password-reset': {
      subject: 'Choisir un nouveau mot de passe',
      paragraphs: ['Quelqu’un, sans doute vous, a demandé un nouveau mot de passe. Choisissez-le ici dans les {minutes} minutes :', '{link}', 'Le lien ne sert qu’une fois. Si vous n’avez rien demandé, ne faites rien : votre mot de passe reste le même.'],
      button: 'Choisir un nouveau mot de passe',
    },
    'account-unlock': {
      subject: 'Déverrouiller votre compte',
      paragraphs: ['Votre compte a été verrouillé après trop de mots de passe erronés. Déverrouillez-le ici dans les {minutes} minutes :', '{link}', 'Le lien ne sert qu’une fois. Si vous n’avez rien demandé, ne faites rien.'],
      button: 'Déverrouiller',
    },
    invitation: {
      subject: 'Votre compte est prêt',
      paragraphs: ['Un compte a été créé pour vous. Votre nom d’utilisateur est {userName}. Choisissez ici votre mot de passe dans les 7 jours :', '{link}', 'Le lien ne sert qu’une fois. S’il a expiré, demandez-en un autre sur la page de connexion.', 'Si vous avez besoin d’aide, ou si ce compte ne vous dit rien, adressez-vous à votre service d’assistance{helpDesk}.'],
      button: 'Choisir un mot de passe',
    },
    'sign-in-code': {
      subject: 'Votre code de connexion',
      paragraphs: ['Votre code de connexion est {code}. Il est valable {minutes} minutes.', 'Ne le donnez à personne, pas même à l’assistance. Si vous n’êtes pas en train de vous connecter, changez votre mot de passe.'],
      sms: '{code} est votre code de connexion à {product}, valable {minutes} minutes. Ne le donnez à personne.',
    },
    'reset-code': {
      subject: 'Votre code pour un nouveau mot de passe',
      paragraphs: ['Votre code pour choisir un nouveau mot de passe est {code}. Il est valable {minutes} minutes.', 'Ne le donnez à personne, pas même à l’assistance.'],
      sms: '{code} est votre code pour un nouveau mot de passe chez {product}, valable {minutes} minutes. Ne le donnez à personne.',
    },
    'address-code': {
      subject: 'Confirmer cette adresse',
      paragraphs: ['Le code qui confirme cette adresse est {code}. Il est valable {minutes} minutes.', 'Si cela ne vous dit rien, ne faites rien.'],
      sms: '{code} confirme ce numéro chez {product}, valable {minutes} minutes.',
    },
    'user-name': { subject: 'Votre nom d’utilisateur', paragraphs: ['Vous vous connectez avec : {userNames}.', 'Si vous n’avez rien demandé, ne faites rien.'] },
    'account-locked': { subject: 'Votre mot de passe est verrouillé pour un moment', paragraphs: ['La connexion par votre mot de passe a été verrouillée le {at}, après trop de mots de passe ou de codes erronés. Là où vous êtes connecté, vous le restez, sauf là où des codes erronés ont été saisis.', `Vous pouvez le déverrouiller vous-même sur la page de connexion ; le plus souvent il se rouvre aussi de lui-même après un moment. ${notYou}`] },
    'password-closed': { subject: 'Votre mot de passe ne fonctionne plus', paragraphs: ['Votre mot de passe a été fermé le {at}, après cent essais erronés de suite. Il ne se rouvre pas de lui-même : même le bon ne laisse plus entrer personne.', 'Choisissez-en un nouveau sur la page de connexion, par « Mot de passe oublié », ou adressez-vous à votre service d’assistance{helpDesk}. Si ce n’est pas vous qui avez essayé, personne n’est entré par ce moyen. Nous ne demandons jamais de mot de passe par e-mail.'] },
    'account-locked-by-administrator': { subject: 'Votre compte est verrouillé', paragraphs: ['Un administrateur a verrouillé votre compte le {at}.', 'Seul un administrateur peut le déverrouiller. Si vous en ignorez la raison, adressez-vous à votre service d’assistance{helpDesk}.'] },
    'new-sign-in': {
      subject: 'Connexion depuis un nouvel endroit',
      paragraphs: ['Le {at}, quelqu’un s’est connecté à votre compte depuis un appareil ou une adresse encore inconnus.', 'Appareil : {device}', 'Adresse : {address}', notYou],
    },
    'password-known': {
      subject: 'Quelqu’un a saisi votre mot de passe',
      paragraphs: ['Le {at}, quelqu’un a saisi votre bon mot de passe, depuis un appareil ou une adresse encore inconnus. Personne n’est entré : cette connexion n’a pas été menée à son terme.', 'Appareil : {device}', 'Adresse : {address}', 'Si c’était vous, il n’y a rien à faire. Sinon, quelqu’un connaît votre mot de passe : connectez-vous, choisissez-en un autre et prévenez votre service d’assistance{helpDesk}.'],
    },
    'sign-in-unfinished': {
      subject: 'Quelqu’un a commencé à se connecter à votre compte',
      paragraphs: ['Le {at}, quelqu’un a commencé à se connecter à votre compte, par une de vos clés d’accès ou par un autre service où vous vous connectez, depuis un appareil ou une adresse encore inconnus. Personne n’est entré : cette connexion n’a pas été menée à son terme.', 'Appareil : {device}', 'Adresse : {address}', 'Si c’était vous, il n’y a rien à faire. Sinon, une de vos clés d’accès ou cet autre compte est entre les mains de quelqu’un d’autre : prévenez immédiatement votre service d’assistance{helpDesk}.'],
    },
    'password-changed': { subject: 'Votre mot de passe a été changé', paragraphs: ['Votre mot de passe a été changé le {at}.', notYou] },
    'password-change-demanded': { subject: 'Choisissez un autre mot de passe', paragraphs: ['Le {at}, il a été décidé que vous devez choisir un autre mot de passe, car quelqu’un d’autre connaît peut-être le vôtre.', 'Il vous sera demandé à votre prochaine connexion par mot de passe. Nous ne demandons jamais de mot de passe par e-mail.'] },
    'user-name-changed': { subject: 'Votre nom d’utilisateur a été changé', paragraphs: ['Le {at}, votre nom d’utilisateur {before} est devenu {after}.', notYou] },
    'email-changed': { subject: 'Votre adresse e-mail a été changée', paragraphs: ['Les adresses e-mail de votre compte ont été changées le {at}.', 'Avant : {before}', 'Maintenant : {after}', notYou] },
    'email-proved': { subject: 'Une adresse e-mail a été confirmée', paragraphs: ['Le {at}, un code envoyé à {address} a été saisi dans votre compte : il est ainsi confirmé que cette adresse est la vôtre. Les messages sur la sécurité de votre compte y sont envoyés.', notYou] },
    'phone-changed': { subject: 'Votre numéro de téléphone a été changé', paragraphs: ['Les numéros de téléphone de votre compte ont été changés le {at}.', 'Avant : {before}', 'Maintenant : {after}', notYou] },
    'factor-added': { subject: 'Un moyen de connexion a été ajouté', paragraphs: ['Le {at}, un moyen de connexion a été ajouté à votre compte : {name}.', notYou] },
    'factor-removed': { subject: 'Un moyen de connexion a été retiré', paragraphs: ['Le {at}, un moyen de connexion a été retiré de votre compte : {name}.', notYou] },
    'sms-switched-off': { subject: 'Les codes par SMS ont été désactivés pour l’un de vos numéros', paragraphs: ['Le {at}, les codes par SMS ont été désactivés pour un numéro de téléphone de votre compte : {number}. Aucun code n’y est plus envoyé.', notYou] },
    'number-set-aside': { subject: 'Un moyen de connexion est mis de côté pour l’instant', paragraphs: ['Le {at}, votre mot de passe a été récupéré par un code envoyé à un téléphone ; ce moyen de connexion est donc mis de côté : {name}.', 'Il sera de nouveau demandé quand vous aurez prouvé un autre de vos moyens de connexion.', notYou] },
    'passkey-copied': { subject: 'Une de vos clés d’accès a peut-être été copiée', paragraphs: ['Le {at}, votre clé d’accès {name} a été utilisée avec un compteur qu’elle avait déjà dépassé. Cela arrive quand quelqu’un d’autre en a une copie. Elle a été refusée.', 'Supprimez cette clé d’accès dans votre compte, ajoutez-en une nouvelle et prévenez votre service d’assistance{helpDesk}.'] },
    'recovery-code-used': { subject: 'Un code de récupération a été utilisé', paragraphs: ['Le {at}, un de vos codes de récupération a été utilisé à la place d’un autre moyen de connexion.', 'Codes restants : {left}. Vous pouvez en créer de nouveaux dans votre compte.', notYou] },
    'questions-changed': { subject: 'Vos questions de sécurité ont été modifiées', paragraphs: ['Le {at}, les réponses à vos questions de sécurité ont été définies ou supprimées.', notYou] },
    'key-added': { subject: 'Une clé a été ajoutée à votre compte', paragraphs: ['Le {at}, une clé a été ajoutée à votre compte : {name}.', notYou] },
    'key-removed': { subject: 'Une clé a été supprimée de votre compte', paragraphs: ['Le {at}, une clé a été supprimée de votre compte : {name}. Elle ne donne plus accès à rien.', notYou] },
    'password-expires': { subject: 'Votre mot de passe expire bientôt', paragraphs: ['Votre mot de passe expire le {expires}.', 'Choisissez-en un nouveau avant cette date, dans votre compte. Nous ne demandons jamais de mot de passe par e-mail.'] },
    'membership-ends': { subject: 'Un de vos accès prend bientôt fin', paragraphs: ['Votre appartenance à {name} prend fin le {end}.', 'S’il vous la faut plus longtemps, adressez-vous à la personne qui vous l’a donnée.'] },
  },
}
