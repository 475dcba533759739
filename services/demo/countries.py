"""Invented people's names, telephone numbers and time zones, by country or language.

A name in a script or with letters that do not reduce to ASCII has its mailbox behind `=`. Telephone numbers lie in
ranges kept free for films where a country has one.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """Names are separated by commas; `phone` lacks its last `digits` digits."""

    first_names: str
    last_names: str
    timezones: tuple[str, ...]
    phone: str
    digits: int = 4


COUNTRIES: tuple[Country, ...] = (
    Country(
        "Anna,Björn=bjoern,Charlotte,Dieter,Emil,Frieda,Günther=guenther,Jürgen=juergen,Karl-Heinz,Lena,Sönke=soenke",
        "Böhm=boehm,Fischer,Hoffmann,Krüger=krueger,Meyer-Lindenberg,Müller=mueller,Schäfer=schaefer,Schmidt,Schneider,"
        "Stein,Vogel,von der Heide,Weiß=weiss,Zimmermann",
        ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
        "+493023125",
        3,
    ),
    Country(
        "Amélie,Benoît,Chloé,Édouard,François,Hélène,Jean-Luc,Léa,Marie-Claire,Noël,Océane,René,Zoé",
        "Beauchêne,Bérenger,D'Amboise,de la Tour,Dubois,Garnier,Girard,L'Hôpital,Lefèvre,Moreau,Rousseau,Sauvage,Simon",
        ("Europe/Paris", "Europe/Brussels", "America/Montreal"),
        "+33199001",
        3,
    ),
    Country(
        "Aoife,Brendan,Ciarán,Deirdre,Eoin,Fiona,Gareth,Harriet,Niamh,Oliver,Poppy,Rhys,Siobhán,Tadhg",
        "Byrne,Clarke,Fitzgerald,Hughes,MacDonald,Murphy,O'Brien,O'Connor,Ó Súilleabháin,Smith,Stewart,Sullivan,"
        "Taylor-Jones,Walsh",
        ("Europe/London", "Europe/Dublin"),
        "+447700900",
        3,
    ),
    Country(
        "Ashley,Brandon,Dakota,Ethan,Grace,Jamal,Kayla,Logan,Madison,Noah,Savannah,Tyler",
        "Anderson,Brown,Davis,Garcia,Harris,Jackson,Johnson,Kowalski,Lee,Scott,Thompson,Washington,Williams,Young",
        ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
        "+120255501",
        2,
    ),
    Country(
        "Álvaro,Begoña,Concepción,Íñigo,José,Lucía,María José,Nuria,Óscar,Pilar,Sofía,Xiomara",
        "Fernández,García Márquez,Gómez,Ibáñez,López de Ayala,Muñoz,Núñez,Peña,Rodríguez,Sáenz de Santamaría,Sánchez,"
        "Vázquez",
        ("Europe/Madrid", "America/Mexico_City", "America/Bogota"),
        "+3491000",
    ),
    Country(
        "Antônio,Beatriz,Conceição,Gonçalo,Inês,João,Luís,Thaís",
        "Araújo,Assunção,da Silva,dos Santos,Gonçalves,Magalhães,Pereira,Sá,Simões",
        ("America/Sao_Paulo", "Europe/Lisbon"),
        "+55115555",
    ),
    Country(
        "Alessandro,Beatrice,Cesare,Donatella,Giosuè,Letizia,Matteo,Niccolò",
        "D'Angelo,De Luca,Esposito,Lo Giudice,Rossi,Salvatore,Sartori,Zanetti",
        ("Europe/Rome",),
        "+39060000",
    ),
    Country(
        "Åsa,Bjørn=bjorn,Freja,Håkon,Jón,Kirsi,Linnéa,Märta,Søren=soren,Þóra=thora,Väinö",
        "Ångström,Bæk=baek,Guðmundsdóttir=gudmundsdottir,Hägglund,Jørgensen=jorgensen,Lindqvist,Mäkinen,Nyström,"
        "Østergård=ostergard,Sjöberg,Svensson,Virtanen",
        ("Europe/Stockholm", "Europe/Oslo", "Europe/Helsinki", "Atlantic/Reykjavik"),
        "+46846500",
        3,
    ),
    Country(
        "Agnieszka,Bożena,Jiří,Łukasz=lukasz,Ödön,Zdeněk,Zsófia,Żaneta",
        "Dvořák,Nagy,Novotný,Nowak,Szabó,Szymański,Świątek,Wójcik,Zając",
        ("Europe/Warsaw", "Europe/Prague", "Europe/Budapest"),
        "+4822000",
    ),
    Country(
        "Ayşe,Çağla=cagla,İbrahim,Işıl=isil,Mehmet,Özgür,Şebnem",
        "Aydın=aydin,Çelik,Demir,Güneş,Öztürk,Şahin,Yıldız=yildiz",
        ("Europe/Istanbul",),
        "+90212000",
    ),
    Country(
        "Γιώργος=giorgos,Ελένη=eleni,Νίκος=nikos,Σοφία=sofia,Δήμητρα=dimitra",
        "Αγγέλου=angelou,Βασιλείου=vasileiou,Γεωργίου=georgiou,Οικονόμου=oikonomou,Παπαδόπουλος=papadopoulos",
        ("Europe/Athens", "Asia/Nicosia"),
        "+30210000",
    ),
    Country(
        "Катерина=kateryna,Надія=nadiia,Олена=olena,Соломія=solomiia,Юлія=yuliia,Тарас=taras",
        "Бондаренко=bondarenko,Коваленко=kovalenko,Савчук=savchuk,Шевченко=shevchenko,Ткачук=tkachuk",
        ("Europe/Kyiv",),
        "+38044000",
    ),
    Country(
        "陽菜=hina,蓮=ren,美咲=misaki,大翔=hiroto,さくら=sakura",
        "佐藤=sato,鈴木=suzuki,高橋=takahashi,田中=tanaka,渡辺=watanabe",
        ("Asia/Tokyo",),
        "+8135550",
    ),
    Country(
        "伟=wei,芳=fang,静=jing,磊=lei,秀英=xiuying",
        "王=wang,李=li,张=zhang,刘=liu,陈=chen,欧阳=ouyang",
        ("Asia/Shanghai", "Asia/Taipei", "Asia/Singapore"),
        "+86105555",
    ),
    Country(
        "민준=minjun,서연=seoyeon,지우=jiwoo,하은=haeun", "김=kim,이=yi,박=park,최=choi", ("Asia/Seoul",), "+822555"
    ),
    Country(
        "Aarav,Divya,Ishaan,Lakshmi,Priya,Sanjay,Venkatesh",
        "Agarwal,Chatterjee,Gupta,Iyer,Krishnamurthy,Sharma,Singh,Subramaniam",
        ("Asia/Kolkata",),
        "+91115555",
    ),
    Country(
        "ليلى=layla,محمد=mohammed,فاطمة=fatima,عمر=omar,نور=nour",
        "الحسن=alhassan,السيد=alsayed,حداد=haddad,منصور=mansour,خوري=khoury",
        ("Africa/Cairo", "Asia/Beirut", "Asia/Dubai"),
        "+2022555",
    ),
    Country(
        "Adaeze,Chinedu,Folasade,Kwame,Ngozi,Olúwaṣeun,Wanjiru",
        "Adébáyọ̀,Eze,Mensah,Mwangi,N'Diaye,Nkrumah,Okonkwo,Sow",
        ("Africa/Lagos", "Africa/Nairobi", "Africa/Accra"),
        "+25420000",
    ),
    Country(
        "Ánh,Đức=duc,Hương,Thảo,Tuấn",
        "Đặng=dang,Lê,Nguyễn,Phạm,Trần",
        ("Asia/Ho_Chi_Minh", "Australia/Sydney"),
        "+8424555",
    ),
)
