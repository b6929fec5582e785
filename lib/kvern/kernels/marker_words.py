"""Closed-class and very frequent words that some languages of a family write and the others do not.

Chosen from grammars and dictionaries, not counted from any corpus: pronouns, question words, forms of auxiliaries,
prepositions, conjunctions, adverbs, A key names the languages of its family in whose standard writing of
today the words are normal; what is written there only now and then does not Words that all of a family share
say nothing and are How frequent some are: `ikke` 107 and `ikkje` 107 in 10,000 words of Bokmål and Nynorsk
(Universal Dependencies treebanks). `ikkje` holds through the reforms: 65 to 200 in Nynorsk novels of 1888 to 1921.
"""

SCANDINAVIAN = {
    "nob": (
        "vært ble sier gjør noe noen hva mye uten nå ennå enn blitt annet annen uke særlig ga gikk fikk utenfor innenfor "
        "innen ganger tatt dere bruker vanlige fortalte kjente trenger gjøre gi kalles"
    ),
    "nno": (
        "ikkje eg ein eit dei frå ho vere vera vore vart vert verta vorte seier gjer gjere gjera noko nokon nokre kva kven "
        "korleis kvifor kor kvart mykje meir fleire berre sjølv sjølve sidan difor fyrst heile heilt eigen eiga eige "
        "eigne eigentleg betre kjem kome koma gjekk fekk me dykk deira hennar åleine aleine einaste vesle veit trur "
        "meiner verkeleg mogleg mogeleg vanleg vanlege særleg ifølgje følgje ligg teke tek gjev gong gonger gongen "
        "innanfor utanfor ovanfor enno korkje anten viss skilnad heim heime åra spurde fortel fortalde anna einskild "
        "einskilde desse såleis kvarandre sjå born veke veka vekene tidlegare noreg noregs same no saman laurdag "
        "endeleg heiter eine stader skule nemnd kalla eigedom"
    ),
    "dan": (
        "af blevet bliver blive havde have gør gøre siger sige sagde noget nogen nogle hvad uden mellem gennem mod op ud "
        "ind os mit sit jer endnu altid anden andet været vores vor lidt mere netop blandt sidste næste inden indenfor "
        "udenfor tilbage tager tage giver give fået gik fik uge kvinde kvinder hjælp vigtig vigtigt vigtige forskellige "
        "især alligevel måske ligesom imod omkring hedder imellem kender bruger spurgte begyndte samfund mænd børn "
        "mulighed arbejde kaldt"
    ),
    "swe": (
        "och inte jag från hon vara varit hade säger något någon några vem vad hur varför mycket bara själv sedan mellan "
        "genom att än upp dess deras tillsammans alla hela andra bättre göra gör komma vecka många samt också är för när "
        "där här ska över vid bland sista första nästa tillbaka fick gick blivit måste samma kvinnor människor vilken "
        "vilka vilket kunde denna dessa detta till"
    ),
    "nob nno": (
        "hadde blei etter seg å opp inn meg deg våre aldri igjen likevel slik slike veldig tilbake gjennom mellom imot "
        "siste neste ulike samfunn hjelp dersom inntil ifra utover si litt nei kanskje blant spør menn sånn"
    ),
    "nob dan": (
        "ikke jeg hun være hvor hvem hvordan hvorfor hvis hver hvert hvilke hvilken hvilket hvorvidt selv siden sammen hele "
        "egne bedre mennesker følge eneste ene alene gang virkelig samme også fra bare flere deres mener virker mulig "
        "egentlig tidligere lørdag endelig meget årene frem disse et"
    ),
    "nob nno dan": "og for dette denne eller skal andre først mange over kunne måtte der her ved begge før mens",
    "nob nno swe": "av blir ut mot ha bli sa sitt mitt ditt alltid fått lite oss vår fram viktig",
    "nob dan swe": "en de se kommer tror eget",
    "nob swe": "vet mer heter ett",
    "nno swe": "utan medan vidare innan annan brukar kvar då",
    "dan swe": "blev efter sig nu mig dig aldrig igen sådan nej",
}

ISLAND = {
    "isl": (
        "það þeir þau þær þetta þá þar því hefur ég ekki að með hún hafa af fyrir síðan eða svo hvað mjög mig þig sig maður "
        "mikið segir gæti einnig þegar yfir þess þeim þú þó vegna"
    ),
    "fao": (
        "tað teir tey tær tann teimum hetta tá har tí hevur eg ikki vóru at hon hava av fyri ella so tó hvat hvør seg meg "
        "teg sum eisini nógv millum ímillum yvir uttan síðani kundi sigur segði tú tess teirra"
    ),
}

FINNIC = {
    "fin": (
        "on että ovat myös minä sinä kun sekä kanssa jälkeen vuonna olivat niiden heidän minun eivät "
        "heiltä teiltä meillä"
    ),
    "fkv": "oon ette kans ko net het met tet mie sie jälkhiin tyhä enämen tahi vuona olthiin jokka niinku saapi muttu",
}

FAMILIES = (SCANDINAVIAN, ISLAND, FINNIC)
