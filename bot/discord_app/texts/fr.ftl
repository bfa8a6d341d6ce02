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
    .description = Seulement depuis : 7d, 4w, 6m, 1y (jours, semaines, mois, ans) ou une date : 2026-05-01
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
nothing-to-search = Il n'y a là aucun mot à chercher. Essayez un ou deux mots, d'un titre par exemple.
unknown-tag = Aucun lien ne porte l'étiquette { $name }.
unknown-source = Aucun lien n'a pour source { $name }.
did-you-mean = Pensiez-vous à l'une de celles-ci ?
choose-from-list = Pendant que vous tapez, Discord montre ce qui existe.
unknown-since = Je ne comprends pas la date { $typed }. Essayez 7d, 4w, 6m, 1y (jours, semaines, mois, ans) ou une date comme 2026-05-01.
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
