### Ce que l'on lit dans Discord, en français. Chaque langue est un fichier comme celui-ci, avec les mêmes clés.
### Les noms des commandes et des options : en minuscules, 32 caractères au plus, sans espace ; descriptions : 100 au plus.

## Lists of posts

command-latest = récents
    .description = Afficher les derniers liens
command-tag = étiquette
    .description = Afficher les derniers liens portant une étiquette
command-search = chercher
    .description = Chercher dans tous les liens
command-tags = étiquettes
    .description = Afficher toutes les étiquettes et leur nombre de liens
command-sources = sources
    .description = Afficher toutes les sources et leur nombre de liens
command-random = hasard
    .description = Afficher un lien pris au hasard
option-count = nombre
    .description = Combien de liens par page, de 1 à 25 ; 5 par défaut
option-tag = étiquette
    .description = Seulement les liens portant cette étiquette
option-source = source
    .description = Seulement les liens de cette source
option-since = depuis
    .description = Seulement depuis : 7j, 4 sem, 6 mois, 1 an, ou une date comme 2026-05-01
option-name = nom
    .description = L'étiquette
option-and = et
    .description = Seulement les liens qui portent aussi cette étiquette
option-words = mots
    .description = Les mots à trouver ; « entre guillemets », ils doivent se suivre
option-share = partager
    .description = Montrer la réponse à tout le monde ici ; sinon vous êtes seul à la voir

latest-heading = Derniers liens
search-heading = Recherche : { $words }
random-heading = Un lien pris au hasard
related-heading = Liens apparentés
tags-heading = { $count ->
    [one] Une étiquette
   *[other] { $count } étiquettes
 }
sources-heading = { $count ->
    [one] Une source
   *[other] { $count } sources
 }
number = { $count }
more-names = { $count ->
    [one] et une autre
   *[other] et { $count } autres
 }
since-heading = depuis le { $date }
page-footer = Page { $page }
announcement-link = annonce
words-cut = Seuls ces mots ont été cherchés ; il y en avait d'autres.
indexing = Indexation en cours, { $percent } % : voici ce qu'il y a pour l'instant.

button-first = « Début
button-back = ‹ Retour
button-next = Suite ›
button-again = Un autre
button-share = Partager
button-tag = #{ $tag }

nothing-yet = Il n'y a pas encore de lien.
nothing-related = Il n'y a rien de semblable.
nothing-on-page = Il n'y a pas d'autre lien.
nothing-with-filters = Aucun lien ne remplit toutes ces conditions : { $filters }.
nothing-found = Rien n'a été trouvé pour { $words }.
instead-corrected = Rien n'a été trouvé pour « { $words } » ; voici pour ce que vous vouliez peut-être dire.
instead-some = Aucun lien n'a tous les mots « { $words } » ; ceux-ci en ont quelques-uns.
nothing-to-search = Il n'y a là aucun mot à chercher. Essayez un ou deux mots, d'un titre par exemple.
unknown-tag = Aucun lien ne porte l'étiquette { $name }.
unknown-source = Aucun lien n'a pour source { $name }.
did-you-mean = Vouliez-vous dire :
choose-from-list = Pendant que vous tapez, Discord montre ce qui existe.
unknown-since = Je ne comprends pas la date { $typed }. Essayez 7j, 4 sem, 6 mois, 1 an, ou une date comme 2026-05-01.
# What people may write for it after a number, in small letters, parted by spaces; the languages share them.
units-days = j d jour jours
units-weeks = s sem semaine semaines w
units-months = m mois
units-years = a an ans année années y
since-days = { $count ->
    [one] le dernier jour
   *[other] les { $count } derniers jours
 }
since-weeks = { $count ->
    [one] la dernière semaine
   *[other] les { $count } dernières semaines
 }
since-months = { $count ->
    [one] le dernier mois
   *[other] les { $count } derniers mois
 }
since-years = { $count ->
    [one] la dernière année
   *[other] les { $count } dernières années
 }

## What went wrong

failed = Désolé, cela n'a pas marché. Réessayez dans une minute ; si cela échoue encore, donnez la référence { $reference } aux personnes qui gèrent ce bot.
stale-command = Cette commande a changé depuis que votre Discord l'a vue. Redémarrez Discord (Ctrl+R sur un ordinateur) et réessayez.
stale-button = Ce bouton vient d'un ancien message que je ne sais plus lire. Redemandez avec une commande.

## Commands in the menu of a message; their names have at most 32 characters

menu-related = Liens apparentés
menu-save = Garder pour plus tard
no-post-in-message = Je ne connais aucun lien dans ce message. Utilisez ceci sur une annonce, ou sur un message contenant un lien annoncé.
saved = Gardé : { $link }
saved-first = Gardé : { $link } (les { $count } premiers ; un message n'en contient pas plus)
saved-from = Gardé depuis { $link }
saved-for-you = Gardé pour vous
direct-messages-closed = Je ne peux pas vous écrire : vous n'acceptez pas mes messages privés. Autorisez-les dans les paramètres de confidentialité d'un serveur que nous partageons (son nom, puis Paramètres de confidentialité), débloquez-moi si vous m'avez bloqué, et réessayez.
no-common-server = Je ne peux pas vous écrire : Discord ne me le permet que si nous partageons un serveur. Rejoignez-en un où je suis, et réessayez.

## People who manage the server; names of channels, times and posts come as Discord shows them

command-linkbot = linkbot
    .description = Pour qui gère ce serveur : ce que Linkbot y fait, et de quoi le diriger
command-status = état
    .description = Ce que Linkbot fait, ce qui attend, et ce qui demande une intervention
command-preview = aperçu
    .description = La carte d'un lien, où il irait et pourquoi pas, et ce qu'il est devenu
command-announce = annoncer
    .description = Annoncer exprès des liens dans ce serveur ; jamais deux fois dans un salon
command-pause = pause
    .description = Retenir ce qui doit être annoncé ici ; rien n'est perdu
command-resume = reprendre
    .description = Annoncer de nouveau ici : ce qui attendait part aussitôt
command-channels = salons
    .description = Les salons de ce serveur : ce que chacun prend, et si Linkbot peut y écrire
option-post = lien
    .description = Des mots de son titre ou de son chemin ; à choisir dans la liste
option-newest = derniers
    .description = Les derniers liens, de 1 à 10
option-into = salon
    .description = Seulement dans ce salon, quoi que disent ses filtres ; sinon, là où disent les filtres
option-channel = salon
    .description = Seulement ce salon ; sinon tous ceux de ce serveur

manage-in-server = Utilisez ceci dans un serveur dont je suis membre.
manage-not-allowed = Seules les personnes ayant la permission Gérer le serveur peuvent faire cela.
manage-no-channel = Aucun des salons où j'annonce n'est dans ce serveur. Qui me fait tourner en ajoute un dans la configuration, sous channels.
manage-other-channel = Je n'annonce pas dans { $channel }. Dans ce serveur, j'annonce dans { $channels }.
more-of-these = { $count ->
    [one] et un de plus
   *[other] et { $count } de plus
 }

status-heading = Ce que fait Linkbot
status-since = En marche depuis { $time }
status-discord = Discord répond en { $milliseconds } ms
status-scan = Contenu regardé { $time } : { $count ->
    [one] un fichier
   *[other] { $count } fichiers
 }
status-no-scan = Le contenu n'a pas encore été regardé
status-posts = Liens : { $posts }
status-problems = { $count ->
    [one] ⚠️ Une chose ne va pas dans le contenu :
   *[other] ⚠️ { $count } choses ne vont pas dans le contenu :
 }
status-more-problems = et { $count } de plus ; `linkbot check` les dit toutes à qui me fait tourner.
status-followers-paused = ⏸️ Messages privés à qui suit quelque chose : en pause { $time }
status-content-gone = ⚠️ Le dossier du contenu ne peut pas être lu ({ $time }). Les nouveaux liens seront vus quand il sera revenu ; qui me fait tourner devrait y regarder.
status-catalog-fails = ⚠️ Le catalogue est inutilisable ({ $time }). Rien n'est envoyé en attendant ; qui me fait tourner devrait regarder mon journal.
standing-announced = { $count ->
    [one] un annoncé
   *[other] { $count } annoncés
 }
standing-indexed = { $count } seulement dans l'archive
standing-held = { $count ->
    [one] un retenu
   *[other] { $count } retenus
 }
standing-waiting = { $count } en attente de date
standing-hidden = { $count ->
    [one] un caché
   *[other] { $count } cachés
 }
channel-sent = { $count ->
    [one] { $count } envoyé
   *[other] { $count } envoyés
 }
channel-waiting = { $count } en attente
channel-waiting-since = { $count } en attente, le plus ancien { $time }
channel-sleeping = { $count } en sommeil (leurs liens ne peuvent être montrés)
channel-paused = ⏸️ en pause { $time }
channel-trouble = ⚠️ { $what } ({ $time })
held-up-refused = ⚠️ { $channel } : { $post } est refusé : { $reason }. Qui me fait tourner peut réessayer (`linkbot resolve { $number } --resend`) ou en rester là (`--drop`).
held-up-unknown = ⚠️ { $channel } : nul ne peut dire si { $post } s'y trouve : { $reason }. Regardez dans le salon ; qui me fait tourner le dit ensuite (`linkbot resolve { $number } --sent` et l'identifiant du message) ou le fait envoyer (`--resend`).

post-unknown = Je ne connais pas de lien { $post }. Pendant la saisie, Discord montre ceux qu'il y a.
post-several = Plusieurs liens ont les mots { $post }. Tapez l'un de ceux-ci, ou choisissez dans la liste pendant la saisie :
    { $posts }
preview-heading = Ce qu'il devient
preview-announced = **Annoncé** : les membres le trouvent, et il va là où disent les filtres.
preview-indexed = **Pas annoncé**, mais les membres le trouvent.
preview-held = **Retenu** : trop de nouveaux liens sont arrivés à la fois. Qui me fait tourner décide (`linkbot announce --held`).
preview-waiting = **Attend** jusqu'à { $time }.
preview-hidden = **Caché** : les membres ne le voient pas.
preview-gone = Son fichier a disparu.
preview-takes = { $channel } prend un tel lien.
preview-refuses = { $channel } ne le prend pas.
preview-no-filters = { $channel } prend tous les liens.
delivery-pending = attend d'être envoyé
delivery-asleep = en sommeil : il n'y est pas tant que le lien ne peut être montré ; il part dès que c'est possible
delivery-sending = en cours d'envoi
delivery-sent = envoyé
delivery-refused = refusé par Discord
delivery-unknown = nul ne peut dire s'il s'y trouve
delivery-dropped = abandonné
message-link = message

announce-one-of = Dites quoi annoncer : soit un lien, soit le nombre des derniers.
announce-changed = Un de ces liens vient de changer, donc rien n'a été fait. Redemandez, s'il vous plaît.
announce-heading = Ceci serait annoncé
announce-nothing = Il n'y a rien à annoncer
announce-done = C'est parti
announce-confirm = { $count ->
    [one] L'annoncer
   *[other] Annoncer { $count } liens
 }
step-to = → { $channels }
step-paused = { $channel } (en pause)
step-there = { $channel } : { $state }
step-no-channel = Aucun salon de ce serveur ne le prend. Avec l'option salon, il y va quoi que disent les filtres.
step-broken = Son fichier est en désordre ; il partira une fois réparé.
verdict-not-public = Les membres ne peuvent pas le voir : { $why }.
verdict-expired = Il a expiré.
verdict-held = Il est retenu avec d'autres ; qui me fait tourner décide (`linkbot announce --held`).

pause-done = ⏸️ En pause : { $channels }. Ce qui doit y être annoncé attend, même après un redémarrage, et rien n'est perdu ; les cartes suivent toujours leurs liens. `/{ command-linkbot } { command-resume }` y met fin.
pause-already = Déjà en pause : { $channels }.
pause-followers = Les messages privés à qui suit quelque chose attendent aussi.
pause-followers-already = Les messages privés à qui suit quelque chose sont déjà en pause.
pause-followers-go-on = Les messages privés à qui suit quelque chose continuent ; qui me fait tourner peut les retenir (`linkbot pause`).
resume-done = ▶️ Reprise : { $channels }. { $count ->
    [0] Rien n'attendait.
    [one] Un lien qui attendait part maintenant.
   *[other] { $count } liens qui attendaient partent maintenant.
 }
resume-followers = Les messages privés à qui suit quelque chose partent de nouveau aussi.
resume-followers-held = Les messages privés à qui suit quelque chose sont encore en pause. Si tous mes salons sont dans ce serveur, `/{ command-linkbot } { command-resume }` sans salon les laisse partir ; sinon, qui me fait tourner le peut (`linkbot resume`).
resume-already = N'était pas en pause : { $channels }.

channels-heading = Salons de ce serveur
channels-unknown = Je fais encore connaissance avec ce serveur. Réessayez dans une minute.
kind-text = salon textuel
kind-announcement = salon d'annonces
kind-forum = forum
kind-voice = salon vocal
kind-thread = fil
kind-other = un genre sans annonces : choisissez un salon textuel
takes-everything = Prend tous les liens
takes-tags = Étiquettes : { $conditions }
takes-sources = Sources : { $conditions }
takes-paths = Fichiers : { $names }
condition-any = au moins une de { $names }
condition-all = toutes : { $names }
condition-none = aucune de { $names }
may-write = ✅ J'ai toutes les permissions qu'il me faut.
may-not-write = ❌ Il me manque : { $permissions }. Dans Discord : paramètres du salon, Permissions, ajouter mon rôle, les accorder.
may-not-ping = ❌ Je ne peux pas mentionner { $role } : permettez à tous de le mentionner dans les paramètres du rôle, ou accordez-moi ici Mentionner @everyone.
ping-gone = ❌ Le rôle { $role } à mentionner n'existe pas : qui me fait tourner l'enlève de la configuration.
may-not-publish = ❌ Les messages doivent être publiés, mais ceci n'est pas un salon d'annonces : faites-en un, ou qui me fait tourner enlève publish de la configuration.
permission-view-channel = Voir le salon
permission-connect = Se connecter
permission-send-messages = Envoyer des messages
permission-send-messages-in-threads = Envoyer des messages dans les fils
permission-create-posts = Créer des posts
permission-embed-links = Intégrer des liens
permission-read-message-history = Voir les anciens messages

## Suivre ; ce qui est suivi arrive en gras

command-follow = suivre
    .description = Recevoir les nouveaux liens par message privé
command-follow-tag = étiquette
    .description = Recevoir par message privé les nouveaux liens d'une étiquette
command-follow-source = source
    .description = Recevoir par message privé les nouveaux liens d'une source
command-follow-words = mots
    .description = Recevoir par message privé les nouveaux liens avec certains mots
command-following = suivis
    .description = Voir ce que vous suivez, et y mettre fin
command-unfollow = ne-plus-suivre
    .description = Ne plus suivre quelque chose
command-forget-me = oublier
    .description = Voir tout ce qui est gardé sur vous, et l'effacer
option-follow-tag = étiquette
    .description = L'étiquette
option-follow-source = source
    .description = La source
option-follow-words = mots
    .description = Les mots qu'un lien doit tous avoir ; « entre guillemets », ils doivent se suivre
option-follow = suivi
    .description = Ce que vous ne voulez plus suivre ; choisissez dans la liste

follow-tag = l'étiquette { $name }
follow-source = la source { $name }
follow-words = les mots { $name }
follow-new = Vous suivez désormais { $what }. Les nouveaux liens vous arrivent par message privé, au plus { $count } messages en 24 heures ; le reste attend et arrive en une liste. `/oublier` dit ce que je garde sur vous pour cela.
follow-cut = Seuls ces mots comptent ; il y en avait d'autres.
follow-known = Vous suivez déjà { $what }.
follow-too-many = Vous suivez { $count } choses ; je ne peux en retenir plus pour une personne. Mettez d'abord fin à l'une d'elles.
following-heading = Ce que vous suivez
following-nothing = Vous ne suivez rien. `/suivre` vous apporte les nouveaux liens par message privé.
following-how = Les nouveaux liens arrivent par message privé, au plus { $count } messages en 24 heures ; le reste attend et arrive en une liste.
following-waiting = { $count ->
    [one] Un lien attend de vous être envoyé.
   *[other] { $count } liens attendent de vous être envoyés.
 }
following-refused = ⚠️ La dernière fois que je vous ai écrit, vous n'avez pas accepté mon message privé. Autorisez les messages privés dans les paramètres de confidentialité d'un serveur où nous sommes tous deux, et débloquez-moi si vous m'avez bloqué. Je réessaie après un jour, puis de plus en plus rarement, et après un mois j'abandonne ce qui attend. Suivez encore quelque chose, et je réessaie aussitôt.
unfollow-done = Vous ne suivez plus { $what }.
unfollow-unknown = Vous ne suivez pas { $name }. Pendant que vous tapez, Discord montre ce que vous suivez.
forget-heading = Tout ce que je garde sur vous
forget-nothing = Je ne garde rien sur vous.
forget-ids = Votre numéro chez Discord, et celui de nos messages privés
forget-since = Que vous suivez depuis le { $date }
forget-follows = Ce que vous suivez : { $names }
forget-sent = { $count ->
    [one] Que je vous ai envoyé { $count } lien, lequel et quand, pour qu'il n'arrive pas deux fois
   *[other] Que je vous ai envoyé { $count } liens, lesquels et quand, pour qu'aucun n'arrive deux fois
 }
forget-waiting = { $count ->
    [one] Que { $count } lien attend de vous être envoyé
   *[other] Que { $count } liens attendent de vous être envoyés
 }
forget-refused = Que vous n'avez pas accepté de message privé la dernière fois, et combien de fois de suite
forget-done = C'est fait : tout ce que je gardais sur vous est effacé, et je ne vous envoie plus rien. Ce que j'ai déjà envoyé reste dans nos messages privés.
button-unfollow = ✕ { $name }
button-following = Mes suivis
button-forget = Tout effacer
