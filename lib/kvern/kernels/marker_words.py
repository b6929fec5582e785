"""Words that some languages of a family write and the others do not: closed classes, and what is frequent beside.

Chosen from grammars and dictionaries, not counted from any corpus: pronouns, question words, forms of auxiliaries,
prepositions, conjunctions, adverbs, quantifiers, and the commonest verbs, nouns and adjectives that differ. A key names
the languages of its family in whose standard writing of today the words are normal; what is written there only now and
then does not count. Words that all of a family share say nothing and are absent. How frequent some are: `ikke` 107 and
`ikkje` 107 in 10,000 words of Bokmål and Nynorsk (Universal Dependencies treebanks). `ikkje` holds through the reforms:
65 to 200 in Nynorsk novels of 1888 to 1921.
"""

SCANDINAVIAN = {
    "nob": """
        vært ble sier gjør noe noen hva mye uten nå ennå enn blitt annet annen uke særlig ga gikk fikk
        utenfor innenfor innen ganger tatt dere bruker vanlige fortalte kjente trenger gjøre gi kalles
        begynner begynte begynne øker øke økt nevner nevne nevnt virksomhet virksomheten høy høye høyt
        høyere vedtatt tenke tenker setter sikkerhet kjærlighet muligheter fremtiden fremdeles tall tallet
        hode øye øyne veien vei hvit hvite syk sykehus mulighet tillatelse leger gjelder krever kjøtt
        bedriften virkelighet hverandre lignende kaller penger""",
    "nno": """
        ikkje eg ein eit dei frå ho vere vera vore vart vert verta vorte seier gjer gjere gjera noko nokon
        nokre kva kven korleis kvifor kor kvart mykje meir fleire berre sjølv sjølve sidan difor fyrst heile
        heilt eigen eiga eige eigne eigentleg betre kjem kome koma gjekk fekk me dykk deira hennar åleine
        aleine einaste vesle veit trur meiner verkeleg mogleg mogeleg vanleg vanlege særleg ifølgje følgje
        ligg teke tek gjev gong gonger gongen innanfor utanfor ovanfor enno korkje anten viss skilnad heim
        heime åra spurde fortel fortalde anna einskild einskilde desse såleis kvarandre sjå born veke veka
        vekene tidlegare noreg noregs same no saman laurdag endeleg heiter eine stader skule eigedom byrja
        byrjar byrje auka aukar auke nemner nemne nemnt tilbod tilbodet løyve tilhøve verksemd verksemda
        teneste tenester skulen skular høg høge høgt høgare låge lågare djup vedteke tenkje tenkjer finst
        synest heldt søkje søkjer krev setje seie leggje spele spelar ynskje ønskjer ønskje leiar leiaren
        leiarar sjukehus tryggleik kjærleik framtida framleis utval utvalet offentleg personleg naturleg
        tydeleg dagleg daglege hovud auge augo hjarte hjarta draum laus lause raud raude kvit kvite mjølk
        lærar lærarar elevar brukarar forskarar innbyggjarar deltakarar politikarar vegar kommunar planar
        grunnar fleirtal fleirtalet mindretalet moglegheit moglegheiter samanheng meining einig regjeringa
        truleg jamvel stundom soleis røynsle røynsler verknad innverknad medlemer noverande tilsvarande
        ansvarleg naudsynt byggje liggje tekne gjevne følgjer følgjande dokker heilag eigarar merksemd
        kjensle kjensler syner syne vonar voner løysing løysingar utfordringar oppgåve oppgåver endringar
        kvardag kvardagen særskilt særskild ymse båe nemnleg nemleg hausten haust laurdagen sundag sundagen
        vatn vatnet gamal sterkare timar haldne arbeidstakarar arbeidsgjevar arbeidsgjevarar sjølvsagt
        sjølvstendig samstundes""",
    "dan": """
        af blevet bliver blive havde have gør gøre siger sige sagde noget nogen nogle hvad uden mellem
        gennem mod op ud ind os mit sit jer endnu altid anden andet været vores vor lidt mere netop blandt
        sidste næste inden indenfor udenfor tilbage tager tage giver give fået gik fik uge kvinde kvinder
        hjælp vigtig vigtigt vigtige forskellige især alligevel måske ligesom imod omkring hedder imellem
        kender bruger spurgte begyndte samfund mænd børn mulighed arbejde begynder begynde øger nævner nævne
        nævnt virksomhed virksomheden høj høje højt højere vedtaget tænke tænker lægge lægger sætte sætter
        sikkerhed kærlighed muligheder stadig udvalg hoved øje øjne vej vejen hvid hvide syg sygehus
        tilladelse kræver gælder kød mælk udvikling sammenhæng folketinget virkelighed hinanden således
        nuværende undersøgelse særligt arbejder arbejdet uddannelse samarbejde længe længere selvfølgelig
        penge rigtig rigtigt ældre størstedelen hjælpe vælge opgave opgaver ændringer ændring""",
    "swe": """
        och inte jag från hon vara varit hade säger något någon några vem vad hur varför mycket bara själv
        sedan mellan genom att än upp dess deras tillsammans alla hela andra bättre göra gör komma vecka
        många samt också är för när där här ska över vid bland sista första nästa tillbaka fick gick blivit
        måste samma kvinnor människor vilken vilka vilket kunde denna dessa detta till börja började börjar
        öka ökar nämner nämna tjänst tjänster skolan hög högt högre tänka tänker finns håller höll kräver
        gäller lägga lägger sätta kärlek säkerhet utveckling möjligheter möjlighet huvud öga ögon väg vägen
        vit sjukhus tillstånd kött mjölk sammanhang riksdagen exempel betyder verklighet varandra sålunda
        undersökning arbete arbetet arbetar utbildning samarbete länge längre naturligtvis tisdag lördag
        söndag månad gärna riktigt äldre nödvändigt hjälpa uppgift ändringar människa åren barnen""",
    "nob nno": """
        hadde blei etter seg å opp inn meg deg våre aldri igjen likevel slik slike veldig tilbake gjennom
        mellom imot siste neste ulike samfunn hjelp dersom inntil ifra utover si litt nei kanskje blant spør
        menn sånn utvikling stortinget tjue førti eldre kjøper kjenner""",
    "nob dan": """
        ikke jeg hun være hvor hvem hvordan hvorfor hvis hver hvert hvilke hvilken hvilket hvorvidt selv
        siden sammen hele egne bedre mennesker følge eneste ene alene gang virkelig samme også fra bare
        flere deres mener virker mulig egentlig tidligere lørdag endelig meget årene frem disse et skole
        holder spiller spille lederen valg valget sted steder offentlige tydelig tydeligt hjerte tjeneste
        tjenester tilbud mandag tirsdag fremtid ledere brukere forskere lærer politikere kommuner skolens
        hvormed hvorfra hvorav søndag lærere holdt skolen rød røde måned måneder""",
    "nob nno dan": """
        og for dette denne eller skal andre først mange over kunne måtte der her ved begge før mens eksempel
        nødvendig""",
    "nob nno swe": """
        av blir ut mot ha bli sa sitt mitt ditt alltid fått lite oss vår fram viktig""",
    "nob dan swe": """
        en de se kommer tror eget offentlig personlig naturlig daglig""",
    "nob swe": """
        vet mer heter ett""",
    "nno swe": """
        utan medan vidare innan annan brukar kvar då sjuk låg val valet dagar månader måndag verkar påverkar
        kalla pengar""",
    "dan swe": """
        blev efter sig nu mig dig aldrig igen sådan nej regeringen regering""",
}

ISLAND = {
    "isl": """
        það þeir þau þær þetta þá þar því hefur ég ekki að með hún hafa af fyrir síðan eða svo hvað mjög mig
        þig sig maður mikið segir gæti einnig þegar yfir þess þeim þú þó vegna""",
    "fao": """
        tað teir tey tær tann teimum hetta tá har tí hevur eg ikki vóru at hon hava av fyri ella so tó hvat
        hvør seg meg teg sum eisini nógv millum ímillum yvir uttan síðani kundi sigur segði tú tess teirra""",
}

FINNIC = {
    "fin": """
        on että ovat myös minä sinä kun sekä kanssa jälkeen vuonna olivat niiden heidän minun eivät heiltä
        teiltä meillä""",
    "fkv": """
        oon ette kans ko net het met tet mie sie jälkhiin tyhä enämen tahi vuona olthiin jokka niinku saapi
        muttu""",
}

FAMILIES = (SCANDINAVIAN, ISLAND, FINNIC)
