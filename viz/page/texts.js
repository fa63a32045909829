// The words of the page itself. Names of classes and relations come with the data, from the ontology.
const TEXTS = {
  en: {
    search: 'Search a name or acronym', noHit: 'Nothing by that name', types: 'Types', relations: 'Relations', statuses: 'Status of links',
    years: 'Years', yearFrom: 'From year', yearTo: 'To year', undated: 'show undated', noYears: 'no dates', colourBy: 'Colour by', type: 'type', community: 'community',
    path: 'Shortest path', clear: 'Clear', pathFrom: 'From', pathTo: 'To', choose: 'take the selected', noPath: 'nothing that is shown connects the two',
    step: 'step', steps: 'steps', export: 'Save what is shown', reset: 'Start again', table: 'Table of links', showTable: 'Show the table of links', hideTable: 'Hide the table of links',
    picture: 'Map of links', details: 'Details', legend: 'Legend and filters', zoomIn: 'Closer', zoomOut: 'Farther', fit: 'Show all',
    nodes: 'entities', links: 'links', of: 'of', nothing: 'Nothing is left: the filters hide everything.',
    hello: 'How to read this map', hints: ['Click an entity for what is known of it, or a link for the document and paragraph that say so.', 'Search finds names in every language, and acronyms.', 'Tick types, relations, years to show less; the address keeps the view, so it can be sent.', 'A dashed line is a proposal, not a fact; a dotted one is planned.'],
    keys: 'Arrow keys move, plus and minus zoom, n and p go to the next and previous entity, l to the next link of the selected entity, Enter centres, f shows all, slash searches, Escape clears.',
    keysTitle: 'Keyboard', alsoCalled: 'Other languages', acronyms: 'Acronyms', collective: 'a group, not listed one by one', web: 'Web', linkCount: 'Links', linksShown: 'shown',
    around: 'Neighbourhood', hops1: '1 step', hops2: '2 steps', only: 'Hide the rest', startHere: 'Path from here', endHere: 'Path to here',
    more: 'Show all', moreSources: 'more sources', linkDetails: 'this link', from: 'From', to: 'To', relation: 'Relation', dates: 'Dates', status: 'Status', document: 'Document', paragraph: 'Paragraph', quote: 'Quote', certainty: 'Certainty', evidence: 'Said in', noEvidence: 'No document is given.',
    parallel: 'Other links between these two', since: 'from', until: 'until', undatedOne: 'undated', back: 'Back to', group: 'Around', groupNote: 'A group of closely linked entities.', open: 'Open the group', close: 'Close the group', closeAll: 'Close all groups', members: 'Members', small: 'smaller communities', sort: 'Sort by',
    status_: 'not said', status_completed: 'completed', status_ongoing: 'ongoing', status_planned: 'planned', status_proposed: 'proposed',
    certainty_explicit: 'stated', certainty_implied: 'implied', certainty_extracted: 'found by machine, to be judged',
  },
  fr: {
    search: 'Chercher un nom ou un sigle', noHit: 'Aucun nom de ce genre', types: 'Types', relations: 'Relations', statuses: 'État des liens',
    years: 'Années', yearFrom: 'Depuis l’année', yearTo: 'Jusqu’à l’année', undated: 'montrer les liens sans date', noYears: 'aucune date', colourBy: 'Couleur selon', type: 'le type', community: 'la communauté',
    path: 'Plus court chemin', clear: 'Effacer', pathFrom: 'De', pathTo: 'À', choose: 'prendre la sélection', noPath: 'rien de ce qui est montré ne relie les deux',
    step: 'pas', steps: 'pas', export: 'Enregistrer ce qui est montré', reset: 'Recommencer', table: 'Tableau des liens', showTable: 'Montrer le tableau des liens', hideTable: 'Masquer le tableau des liens',
    picture: 'Carte des liens', details: 'Détails', legend: 'Légende et filtres', zoomIn: 'Plus près', zoomOut: 'Plus loin', fit: 'Tout voir',
    nodes: 'entités', links: 'liens', of: 'sur', nothing: 'Il ne reste rien : les filtres masquent tout.',
    hello: 'Comment lire cette carte', hints: ['Cliquez sur une entité pour voir ce que l’on en sait, ou sur un lien pour voir le document et le paragraphe qui le disent.', 'La recherche trouve les noms dans toutes les langues, et les sigles.', 'Cochez types, relations, années pour en montrer moins ; l’adresse garde la vue, qui peut donc être envoyée.', 'Un trait tireté est une proposition, pas un fait ; un pointillé est prévu.'],
    keys: 'Les flèches déplacent, plus et moins agrandissent et réduisent, n et p vont à l’entité suivante et précédente, l au lien suivant de l’entité choisie, Entrée centre, f montre tout, la barre oblique cherche, Échap efface.',
    keysTitle: 'Clavier', alsoCalled: 'Autres langues', acronyms: 'Sigles', collective: 'un groupe, sans liste de ses membres', web: 'Web', linkCount: 'Liens', linksShown: 'montrés',
    around: 'Voisinage', hops1: '1 pas', hops2: '2 pas', only: 'Masquer le reste', startHere: 'Chemin depuis ici', endHere: 'Chemin jusqu’ici',
    more: 'Tout montrer', moreSources: 'autres sources', linkDetails: 'ce lien', from: 'De', to: 'À', relation: 'Relation', dates: 'Dates', status: 'État', document: 'Document', paragraph: 'Paragraphe', quote: 'Citation', certainty: 'Certitude', evidence: 'Dit dans', noEvidence: 'Aucun document n’est donné.',
    parallel: 'Autres liens entre les deux', since: 'depuis', until: 'jusqu’à', undatedOne: 'sans date', back: 'Retour à', group: 'Autour de', groupNote: 'Un groupe d’entités étroitement liées.', open: 'Ouvrir le groupe', close: 'Fermer le groupe', closeAll: 'Fermer tous les groupes', members: 'Membres', small: 'communautés plus petites', sort: 'Trier par',
    status_: 'non précisé', status_completed: 'achevé', status_ongoing: 'en cours', status_planned: 'prévu', status_proposed: 'proposé',
    certainty_explicit: 'dit', certainty_implied: 'sous-entendu', certainty_extracted: 'trouvé par une machine, à vérifier',
  },
};

function text(key) {
  const own = TEXTS[state.lang];
  if (Object.hasOwn(own, key)) return own[key];
  return Object.hasOwn(TEXTS.en, key) ? TEXTS.en[key] : key;
}

// a status or certainty that this page has no word for is shown as it is
function word(kind, value) {
  const key = `${kind}_${value}`;
  return Object.hasOwn(TEXTS.en, key) ? text(key) : value;
}
