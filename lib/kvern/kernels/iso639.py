"""Language codes as files declare them, to ISO 639-3: only codes that exist, so that a charset is no language."""

# ISO 639-1 to 639-3.
_SHORT = (
    "aa:aar ab:abk ae:ave af:afr ak:aka am:amh an:arg ar:ara as:asm av:ava ay:aym az:aze ba:bak be:bel bg:bul bi:bis "
    "bm:bam bn:ben bo:bod br:bre bs:bos ca:cat ce:che ch:cha co:cos cr:cre cs:ces cu:chu cv:chv cy:cym da:dan de:deu "
    "dv:div dz:dzo ee:ewe el:ell en:eng eo:epo es:spa et:est eu:eus fa:fas ff:ful fi:fin fj:fij fo:fao fr:fra fy:fry "
    "ga:gle gd:gla gl:glg gn:grn gu:guj gv:glv ha:hau he:heb hi:hin ho:hmo hr:hrv ht:hat hu:hun hy:hye hz:her ia:ina "
    "id:ind ie:ile ig:ibo ii:iii ik:ipk io:ido is:isl it:ita iu:iku ja:jpn jv:jav ka:kat kg:kon ki:kik kj:kua kk:kaz "
    "kl:kal km:khm kn:kan ko:kor kr:kau ks:kas ku:kur kv:kom kw:cor ky:kir la:lat lb:ltz lg:lug li:lim ln:lin lo:lao "
    "lt:lit lu:lub lv:lav mg:mlg mh:mah mi:mri mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya na:nau nb:nob nd:nde "
    "ne:nep ng:ndo nl:nld nn:nno no:nor nr:nbl nv:nav ny:nya oc:oci oj:oji om:orm or:ori os:oss pa:pan pi:pli pl:pol "
    "ps:pus pt:por qu:que rm:roh rn:run ro:ron ru:rus rw:kin sa:san sc:srd sd:snd se:sme sg:sag si:sin sk:slk sl:slv "
    "sm:smo sn:sna so:som sq:sqi sr:srp ss:ssw st:sot su:sun sv:swe sw:swa ta:tam te:tel tg:tgk th:tha ti:tir tk:tuk "
    "tl:tgl tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi ty:tah ug:uig uk:ukr ur:urd uz:uzb ve:ven vi:vie vo:vol wa:wln "
    "wo:wol xh:xho yi:yid yo:yor za:zha zh:zho zu:zul"
)
# The bibliographic codes of ISO 639-2 that differ: library catalogues write these.
_BIBLIOGRAPHIC = (
    "alb:sqi arm:hye baq:eus bur:mya chi:zho cze:ces dut:nld fre:fra geo:kat ger:deu gre:ell ice:isl mac:mkd mao:mri "
    "may:msa per:fas rum:ron slo:slk tib:bod wel:cym scr:hrv scc:srp"
)
# Codes without a short form: languages of the North and of Europe, old languages, and large ones elsewhere.
_LONG = (
    "sma smj smn sms sjd sje sju sjt fkv krl olo lud vep vot izh liv vro ltg sgs rmg rmu rmf rom ovd non gmq nds dsb "
    "hsb frr stq gsw bar ksh sco scn ast mwl fur lld lmo pms vec nap ang enm fro frm goh gmh odt dum osx grc syr arc "
    "akk sux egy cop got sga chr haw tpi pap ceb ilo war hil pag yue cmn nan wuu hak arb arz ary prs pes ckb kmr swh "
    "zsm lvs ekk tmh tzm zgh rar tvl gil mos kri srn jam sat mai bho awa mni kok doi sah mhr mrj myv mdf udm kpv koi "
    "krc kum lez nog tyv xal bxr crh gag kaa kbd ady zxx"
)
SHORT = dict(pair.split(":") for pair in _SHORT.split())
BIBLIOGRAPHIC = dict(pair.split(":") for pair in _BIBLIOGRAPHIC.split())
KNOWN = {*_LONG.split(), *SHORT.values()}


def language_code(declared: str | None) -> str | None:
    """ISO 639-3 of a two- or three-letter code or BCP 47 tag; None where it names no language that is known here."""
    short = (declared or "").strip().lower().replace("_", "-").split("-")[0]
    found = SHORT.get(short) or BIBLIOGRAPHIC.get(short) or short
    return found if found in KNOWN else None
