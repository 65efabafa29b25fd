/** Italian names; towns and firms of Italy. */
import type { Culture } from './culture.ts'

export const italian: Culture = {
  language: 'it',
  country: 'IT',
  dial: '39',
  male: `Marco, Alessandro, Giuseppe, Luca, Matteo, Lorenzo, Davide, Francesco, Giovanni, Niccolò, Antonio, Stefano,
    Riccardo, Gabriele, Tommaso, Federico, Gianluca, Gianfranco, Nicolò Maria, Dario, Fabrizio, Enrico, Massimo,
    Paolo, Vincenzo, Salvatore, Giacomo, Ruggero, Cosimo, Umberto`,
  female: `Giulia, Chiara, Francesca, Alessia, Martina, Sara, Valentina, Federica, Silvia, Elena, Paola, Laura,
    Beatrice, Ginevra, Ludovica, Rosanna, Concetta, Carmela, Graziella, Mariagrazia, Donatella, Ornella, Lucrezia,
    Viola, Annalisa, Mariarosa, Simonetta, Costanza, Fiammetta, Noemi`,
  family: `Rossi, Russo, Ferrari, Esposito, Bianchi, Romano, Colombo, Ricci, Marino, Greco, Bruno, Gallo, Conti,
    De Luca, Mancini, Costa, Giordano, Rizzo, Lombardi, Moretti, Barbieri, Fontana, Santoro, Mariani, Rinaldi,
    Caruso, Ferrara, Galli, Martini, Leone, Longo, Gentile, Martinelli, Vitale, Lo Russo, D'Angelo, Dell'Acqua,
    D'Amico, Dall'Olio, Di Stefano, Della Rovere, Cantù, Forlì, Nardò, Sanfilippo, Pellegrini, Zanetti, Bevilacqua`,
  nicknames: `Giuseppe=Beppe, Alessandro=Sandro, Giovanni=Gianni, Salvatore=Totò, Vincenzo=Enzo, Francesca=Franca,
    Valentina=Vale, Gabriele=Lele, Graziella=Lella, Tommaso=Tommi`,
  honorifics: 'Dott./Dott.ssa, Ing., Avv., Prof./Prof.ssa',
  cities: `Roma|RM|06|001##, Milano|MI|02|201##, Torino|TO|011|101##, Napoli|NA|081|801##, Bologna|BO|051|401##,
    Forlì|FC|0543|471##, L'Aquila|AQ|0862|67100, Cantù|CO|031|22063`,
  streets: `Via Roma, Corso Vittorio Emanuele II, Via Garibaldi, Piazza della Libertà, Viale Europa, Via Dante,
    Via XX Settembre, Largo dell'Università, Via Mazzini, Vicolo Stretto, Via dei Mille, Via Sant'Agostino`,
  mobile: '347',
  trades: 'Assicurazioni, Tessuti, Meccanica, Alimentari, Ceramiche, Editrice, Costruzioni, Energia',
  legalForms: 'S.p.A., S.r.l., S.a.s.',
}
