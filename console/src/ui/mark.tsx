import { useWords } from '../words/words.tsx'
import icon from './icon.svg'

export function Mark() {
  const { words } = useWords()
  return <span className="mark"><img src={icon} alt="" />{words.product}</span>
}
