"""Invented people: given and family names that occur in Swedish workplaces, combined at random."""

GIVEN = """
Maria Anna Karin Sara Lena Emma Eva Kristina Malin Jenny Linda Annika Susanne Åsa Ulrika Helena
Camilla Jessica Ida Sofia Elin Hanna Johanna Frida Therese Lina Moa Ebba Alva Wilma Agnes Saga
Gunilla Birgitta Ingrid Monica Marianne Pia Carina Petra Veronica Charlotte Katarina Cecilia
Amina Fatima Leila Zahra Mariam Nour Samira Yasmin Hodan Ayan Rania Dina Shirin Parisa Nasrin
Agnieszka Katarzyna Małgorzata Jelena Mirjana Amra Emina Snježana Milica Oksana Olena Natalia
Elif Zeynep Ayşe Merve Selin Thi Linh Mai Suda Priya Ana Carmen Lucía Paula Abeba Selam Tsion
Johan Anders Erik Lars Karl Per Mikael Peter Fredrik Daniel Mattias Andreas Stefan Magnus Thomas
Henrik Jonas Marcus Patrik Robert Christian Niklas Martin Björn Mats Göran Bengt Håkan Örjan Åke
Oskar Gustav Viktor Elias Axel Filip Simon Anton Emil Isak Hugo Albin Vidar Nils Arvid Sixten
Mohammed Ali Hassan Omar Yusuf Ahmed Farid Bilal Karim Samir Reza Amir Dawit Tesfay Abdi Jamal
Łukasz Paweł Marek Tomasz Nikola Goran Zoran Emir Haris Dragan Andrej Oleksandr Taras Dmytro
Mehmet Emre Can Deniz Minh Quang Somchai Arjun Diego Javier Pedro Samuel Jean Kofi Emmanuel
""".split()

FAMILY = """
Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson
Jonsson Jansson Hansson Bengtsson Jönsson Lindberg Jakobsson Magnusson Lindström Olofsson Lindqvist
Lindgren Axelsson Berg Bergström Lundberg Lind Lundgren Lundqvist Mattsson Berglund Fredriksson
Sandberg Henriksson Forsberg Sjöberg Wallin Engström Eklund Danielsson Lundin Håkansson Björk
Gunnarsson Bergman Holm Wikström Samuelsson Isaksson Fransson Bergqvist Nyström Holmberg Arvidsson
Löfgren Söderberg Nyberg Blomqvist Claesson Mårtensson Nordström Lundström Eliasson Pålsson Viklund
Björklund Berggren Sandström Nordin Ström Åberg Hermansson Ekström Falk Holmgren Dahlberg Hellström
Sundberg Sjögren Ek Blom Abrahamsson Öberg Martinsson Andreasson Månsson Åkesson Dahl Strömberg
Ekdahl Hedman Åström Rosén Forsmark Sundqvist Norling Ödman Ågren Ekman Lövgren Norberg Österberg
Yusuf Hassan Ali Rahimi Ahmadi Karimi Hosseini Mohamud Warsame Osman Ibrahim Haddad Khalil Nasser
Kowalska Nowak Wiśniewska Zieliński Wójcik Popović Jovanović Hadžić Begić Kovačević Đorđević Petrović
Shevchenko Bondarenko Kovalenko Yıldız Demir Şahin Kaya Nguyen Tran Pham García Fernández Silva
Tesfaye Haile Bekele Mensah Okafor Diallo Singh Sharma Virtanen Korhonen Mäkinen Nieminen Hansen
""".split()
